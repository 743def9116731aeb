"""`archonc graph FILE-OR-PLAN -o out.svg|out.mmd`: draw an architecture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from archonc.cli.compiler_options import add_compiler_options
from archonc.cli.exit_codes import EXIT_ERROR, EXIT_USAGE
from archonc.cli.inputs import load_spec
from archonc.cli.write_file import write_text

__all__ = ["add_arguments", "execute"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE-OR-PLAN", help="an .archon file, or a plan (.json)")
    parser.add_argument(
        "-o", "--output", metavar="OUT", required=True, help="a picture (.svg) or Mermaid (.mmd)"
    )
    add_compiler_options(parser)


def execute(args: argparse.Namespace) -> int:
    """Draw and write."""
    output = Path(args.output)
    if output.suffix not in {".svg", ".mmd"}:
        print("archonc graph: the output's name ends in .svg or .mmd", file=sys.stderr)
        return EXIT_USAGE
    plan = load_spec(args.file, args)
    if plan is None:
        return EXIT_ERROR
    from archonc.report.figure import make_figure

    figure = make_figure(plan)
    if output.suffix == ".mmd":
        from archonc.report.mermaid import render_mermaid

        text = render_mermaid(figure)
    else:
        from archonc.report.svg import render_svg

        try:
            text = render_svg(figure)
        except ImportError:
            print("error: drawing an SVG needs the package drawsvg", file=sys.stderr)
            print("  = help: pip install 'archonc[graph]', or write a .mmd", file=sys.stderr)
            return EXIT_ERROR
    try:
        write_text(output, text)
    except OSError as error:
        print(f"error: cannot write {output}: {error.strerror}", file=sys.stderr)
        return EXIT_ERROR
    return 0
