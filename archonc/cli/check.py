"""`archonc check FILE…`: silent and 0 if the programs are right."""

from __future__ import annotations

import argparse
import sys

from archonc.cli.diagnostics import show
from archonc.cli.exit_codes import EXIT_ERROR
from archonc.cli.lint_code import lint_code
from archonc.compiler import check_file

__all__ = ["add_arguments", "execute"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="an .archon file")
    parser.add_argument(
        "--enable",
        metavar="LINT",
        type=lint_code,
        action="append",
        default=[],
        help="run a lint that is off by itself, by its code or name; may be repeated",
    )


def execute(args: argparse.Namespace) -> int:
    """Check each file; all are checked, whatever is wrong with the first."""
    failed = False
    for path in args.files:
        failed = show(check_file(path, enabled=args.enable), sys.stdout) or failed
    return EXIT_ERROR if failed else 0
