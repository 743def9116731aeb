"""`archonc check FILE…`: silent and 0 if the programs are right."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from archonc.cli.diagnostics import show
from archonc.cli.exit_codes import EXIT_ERROR
from archonc.compiler import check_file

if TYPE_CHECKING:
    import argparse

__all__ = ["add_arguments", "execute", "execute_plain"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="an .archon file")


def execute(args: argparse.Namespace) -> int:
    """Check each file; all are checked, whatever is wrong with the first."""
    return execute_plain(args.files)


def execute_plain(words: Sequence[str]) -> int:
    """Check each file, as `execute` does."""
    failed = False
    for path in words:
        failed = show(check_file(path), sys.stdout) or failed
    return EXIT_ERROR if failed else 0
