"""Find the files that come with the compiler: in an installed wheel or in a checkout."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

__all__ = ["data_folder"]


def data_folder(name: str) -> Traversable:
    """Find the folder *name* of the compiler's data.

    A wheel carries it inside the package; a checkout, also one installed for editing,
    has it at its root.
    """
    packed = files("archonc") / "_data" / name
    return packed if packed.is_dir() else Path(__file__).resolve().parent.parent / name
