"""A source text and places in it. Offsets count code points."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from archon_runtime.classes import dataclass

__all__ = ["Source", "Span"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of offsets, `start <= end`; empty at the end of a text."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Span from the beginning of this to the end of *other*."""
        return Span(self.start, max(self.end, other.end))


@dataclass(frozen=True)
class Source:
    """A program's text, lines ended by a line feed, with the name that messages show."""

    name: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of *offset*, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """Text of a line (from 1), without its end."""
        start = self._starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]

    @cached_property
    def sha256(self) -> str:
        """Digest of the text in UTF-8, hex."""
        import hashlib  # here: only a plan needs it, and it is slow to load

        return hashlib.sha256(self.text.encode()).hexdigest()
