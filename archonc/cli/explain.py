"""`archonc explain CODE` or `FILE-OR-PLAN`: what a message means, or what a program does."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from archonc.cli.compiler_options import add_compiler_options, make_compiler
from archonc.cli.exit_codes import EXIT_ERROR

__all__ = ["add_arguments", "execute"]

_CODE = re.compile(r"[A-Za-z]\d{2,5}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "what",
        metavar="CODE|FILE-OR-PLAN",
        help="a diagnostic's code such as A0301, an .archon file, or a plan (.json)",
    )
    add_compiler_options(parser)


def execute(args: argparse.Namespace) -> int:
    """Print the page of a code, or the tables of a file."""
    word = args.what
    if (_CODE.fullmatch(word) or _NAME.fullmatch(word)) and not Path(word).exists():
        from archonc.cli.pages import print_page

        return print_page(word)
    texts = _explain(word, args)
    if texts is None:
        return EXIT_ERROR
    print("\n".join(texts), end="")
    return 0


def _explain(path: str, args: argparse.Namespace) -> list[str] | None:
    """Explain what a file holds; None if its diagnostics were shown instead."""
    from archonc.report.explain import explain

    if args.architecture is not None or args.settings or path.endswith(".json"):
        from archonc.cli.inputs import load_spec

        spec = load_spec(path, args)
        return None if spec is None else [explain(spec)]
    from archonc.cli.diagnostics import show

    compiler = make_compiler(args)
    compiled = compiler.compile_each(path)
    if not compiled.plans and not compiled.left_out:
        # Compiling one says why there is none: an error, or no architecture.
        show(compiled.diagnostics or compiler.compile_file(path).diagnostics, sys.stderr)
        return None
    show(compiled.diagnostics, sys.stderr)
    texts = [explain(plan) for plan in compiled.plans]
    if compiled.left_out:
        from archonc.cli.explain_space import explain_space

        texts += [explain_space(each) for each in compiled.left_out]
    return texts
