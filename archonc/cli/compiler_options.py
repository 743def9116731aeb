"""What every command that compiles a program can be told: `--architecture`, `--set`, `--root`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from archonc.compiler import Compiler

__all__ = ["add_compiler_options", "make_compiler"]


def add_compiler_options(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument(
        "--architecture", metavar="NAME", help="which one is meant, if the file has several"
    )
    parser.add_argument(
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="settings",
        help="give a value to a parameter or a hole of it; may be repeated",
    )
    parser.add_argument(
        "--root", metavar="FOLDER", type=Path, help="how far imports may reach; else the project"
    )


def make_compiler(
    args: argparse.Namespace, *, lints: bool = False, enabled: tuple[str, ...] = ()
) -> Compiler:
    """Make a compiler that does what the options say."""
    # Imported here: a plan is run without the compiler.
    from archonc.compiler import Compiler

    return Compiler(
        root=args.root,
        architecture=args.architecture,
        settings=args.settings,
        lints=lints,
        enabled=enabled,
    )
