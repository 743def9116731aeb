"""Read and compile programs for the commands; show diagnostics."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from archonc.compiler import Compilation, check_source, compile_source
from archonc.diagnostic import Diagnostic, Severity, render_text
from archonc.syntax.read import read_source

__all__ = ["check_file", "compile_file", "show"]


def check_file(path: str) -> tuple[Diagnostic, ...]:
    """Read and check all of one file."""
    source = read_source(path)
    if isinstance(source, Diagnostic):
        return (source,)
    return check_source(source, folder=Path(path).parent)


def compile_file(path: str, architecture: str | None = None) -> Compilation:
    """Read and compile one file; what is wrong with it is in the result's diagnostics."""
    source = read_source(path)
    if isinstance(source, Diagnostic):
        return Compilation(None, (source,))
    return compile_source(source, folder=Path(path).parent, architecture=architecture)


def show(diagnostics: Iterable[Diagnostic], stream: TextIO) -> bool:
    """Print diagnostics, a blank line between them; tell whether one is an error."""
    colour = stream.isatty() and not os.environ.get("NO_COLOR")
    failed = False
    for diagnostic in diagnostics:
        print(render_text(diagnostic, colour=colour), end="\n\n", file=stream)
        failed = failed or diagnostic.severity is Severity.ERROR
    return failed
