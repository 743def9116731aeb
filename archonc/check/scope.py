"""What the checker of one architecture looks things up in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archon_runtime.classes import dataclass, field, replace
from archonc.check.flatten import MOST_LAYERS
from archonc.check.prices import FindPrice
from archonc.check.typed import Assumptions
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.resolve.symbols import Resolved, Symbol
from archonc.resolve.values import ValueReader
from archonc.source import Span

__all__ = ["MOST_IN_FILE", "ReadText", "Scope", "Tally", "no_file"]

MOST_IN_FILE = 15_000
"""Most layers of all architectures that are gone through in one check."""

ReadText = Callable[[str], str]
"""Reads a file by its path from the main file's folder (`Module.folder` before it).

It raises `FileNotFoundError`, another `OSError`, or `ValueError` where the file is no
text or lies outside the project.
"""


def no_file(path: str) -> str:
    """Read for a program that is in no folder: nothing is there."""
    raise FileNotFoundError(path)


@dataclass(slots=True)
class Tally:
    """Counts the layers of an architecture and of all inside it.

    What stands side by side in a layer counts as well, and so does each `require`.
    `too_large` are the places of architectures that had too many, by themselves;
    `before` counts the layers of all architectures that were gone through earlier.
    """

    layers: int = 0
    too_large: set[Span] = field(default_factory=set)
    before: int = 0

    @property
    def has_room(self) -> bool:
        """Tell whether there are not too many layers yet."""
        return self.layers <= MOST_LAYERS and self.before + self.layers <= MOST_IN_FILE

    def is_too_large(self, place: Span) -> bool:
        """Tell whether there is no use in looking at an architecture."""
        return place in self.too_large or not self.has_room

    def begin(self) -> Tally:
        """Begin to count another architecture."""
        return Tally(too_large=self.too_large, before=self.before)

    def end(self, place: Span, tally: Tally) -> None:
        """Take over what was counted of the architecture at *place*."""
        self.before += tally.layers
        if not tally.has_room:
            self.too_large.add(place)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names of the program, and how to read values; `folder` is the architecture's file's."""

    resolved: Resolved
    values: ValueReader
    assumed: Assumptions
    price_of: FindPrice
    read_text: ReadText
    folder: str = ""
    tally: Tally = field(default_factory=Tally)

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
