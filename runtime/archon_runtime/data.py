"""Find the specification files, in a wheel and in a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["specs_folder"]


def specs_folder() -> Path:
    """Folder of the specifications: package data, else `specs` of the checkout."""
    package = Path(str(files("archon_runtime")))
    installed = package / "_data" / "specs"
    return installed if installed.is_dir() else package.parents[1] / "specs"
