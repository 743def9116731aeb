"""What the checker of one architecture looks things up in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from archonc.check.prices import FindPrice
from archonc.check.typed import Assumptions
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.resolve.symbols import Resolved, Symbol
from archonc.resolve.values import ValueReader
from archonc.source import Span

__all__ = ["ReadText", "Scope", "no_file"]

ReadText = Callable[[str], str]
"""Reads a file by its path from the main file's folder (`Module.folder` before it).

It raises `FileNotFoundError`, another `OSError`, or `ValueError` where the file is no
text or lies outside the project.
"""


def no_file(path: str) -> str:
    """Read for a program that is in no folder: nothing is there."""
    raise FileNotFoundError(path)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of the program, and how to read values; `folder` is the architecture's file's."""

    resolved: Resolved
    values: ValueReader
    assumed: Assumptions
    price_of: FindPrice
    read_text: ReadText
    folder: str = ""

    @property
    def sink(self) -> DiagnosticSink:
        """Where to report."""
        return self.values.sink

    def reporting_to(self, sink: DiagnosticSink) -> Scope:
        """Make a scope that reports elsewhere."""
        return replace(self, values=ValueReader(sink, self.values.silent))

    def in_folder(self, folder: str) -> Scope:
        """Make a scope for an architecture of another file."""
        return replace(self, folder=folder)

    def knowing(self, references: Mapping[Span, Symbol]) -> Scope:
        """Make a scope in which more references are bound."""
        if not references:
            return self
        more = {**self.resolved.references, **references}
        return replace(self, resolved=replace(self.resolved, references=more))
