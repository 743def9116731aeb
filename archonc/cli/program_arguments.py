"""Arguments of every command that compiles a program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

__all__ = ["add_program_arguments"]


def add_program_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--set`, as `settings`, and `--root`."""
    parser.add_argument(
        "--set",
        dest="settings",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="give a value to a parameter, or choose for a hole; may be repeated",
    )
    parser.add_argument(
        "--root",
        metavar="FOLDER",
        type=Path,
        help="how far imports and checks may reach (default: the project's folder)",
    )
