"""A file of a program: its AST, where it lies, and what it imports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from archon_runtime.classes import dataclass
from archonc.syntax.nodes import Program

__all__ = ["UP", "Module", "folder_below", "unique_modules"]

UP = "__up__"
"""Stands for `..` in the paths of a plan, where nothing may lead out of a folder."""


@dataclass(frozen=True, slots=True)
class Module:
    """One file. `imports` has a file for each alias, or None where it could not be read.

    `prefix` comes before the names that it declares, seen from the main file: empty
    there, else the aliases that lead to it (`lib.`). `folder` is relative to the main
    file's, in which a step up is written `__up__`; empty for the main file's own.
    """

    prefix: str
    program: Program
    folder: str
    imports: Mapping[str, Module | None]


def unique_modules(main: Module) -> tuple[Module, ...]:
    """List all files of a program once, what is imported before what imports it."""
    found: dict[int, Module] = {}

    def visit(module: Module) -> None:
        for each in module.imports.values():
            if each is not None and id(each) not in found:
                visit(each)
        found.setdefault(id(module), module)

    visit(main)
    return tuple(found.values())


def folder_below(main: Path, other: Path) -> str:
    """Write the way from one folder to another with `/`, a step up as `__up__`."""
    for up, parent in enumerate((main, *main.parents)):
        if other.is_relative_to(parent):
            return "/".join([UP] * up + list(other.relative_to(parent).parts))
    return other.as_posix()
