"""`archonc check FILE…`: silent and 0 if the programs are right."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archonc.cli.diagnostics import show
from archonc.cli.exit_codes import EXIT_ERROR
from archonc.cli.lint_code import lint_code
from archonc.compiler import check_file

if TYPE_CHECKING:
    import argparse

__all__ = ["add_arguments", "execute", "execute_plain"]


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
    return _check(args.files, args.enable)


def execute_plain(words: Sequence[str]) -> int:
    """Check each file, as `execute` does."""
    return _check(words, ())


def _check(words: Sequence[str], enabled: Sequence[str]) -> int:
    failed = False
    for path in words:
        failed = show(check_file(path, enabled=enabled), sys.stdout) or failed
    return EXIT_ERROR if failed else 0
