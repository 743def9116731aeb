"""The Archon compiler: from a program to a plan.

`compile_file`, `check_file` and their twins for texts are loaded when they are first
asked for, so that importing a part (`archonc.diagnostic`) does not load the parser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archonc.compiler import (
        Compilation,
        check_file,
        check_source,
        compile_file,
        compile_source,
    )
    from archonc.source import Source

__all__ = [
    "Compilation",
    "Source",
    "check_file",
    "check_source",
    "compile_file",
    "compile_source",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    if name == "Source":
        from archonc.source import Source

        return Source
    if name in __all__:
        import archonc.compiler

        return getattr(archonc.compiler, name)
    raise AttributeError(f"module 'archonc' has no attribute {name!r}")
