"""`archonc compile FILE -o PLAN.json`: from a program to a plan file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from archon_runtime.plan_file import Plan
from archonc.cli.compiler_options import add_compiler_options, make_compiler
from archonc.cli.diagnostics import show
from archonc.cli.exit_codes import EXIT_ERROR
from archonc.cli.write_file import write_text

__all__ = ["add_arguments", "execute"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help="an .archon file")
    parser.add_argument(
        "-o", "--output", metavar="PLAN.json", required=True, help="where to write; - is stdout"
    )
    add_compiler_options(parser)


def execute(args: argparse.Namespace) -> int:
    """Compile and write the plan; nothing is written if there is an error."""
    compilation = make_compiler(args, lints=True).compile_file(args.file)
    failed = show(compilation.diagnostics, sys.stderr)
    if failed or compilation.plan is None:
        return EXIT_ERROR
    plan = Plan.from_spec(compilation.plan)
    for line in plan.executes:
        print(f"note: {line}", file=sys.stderr)
    if args.output == "-":
        sys.stdout.write(plan.to_json())
        return 0
    try:
        write_text(Path(args.output), plan.to_json())
    except OSError as error:
        print(f"error: cannot write {args.output}: {error.strerror}", file=sys.stderr)
        return EXIT_ERROR
    return 0
