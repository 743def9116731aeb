"""A source text and places in it. Offsets count code points."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from archon_runtime.classes import dataclass

__all__ = ["Source", "SourceMap", "Span"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of offsets, `start <= end`; empty at the end of a text."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Span from the beginning of this to the end of *other*."""
        return Span(self.start, max(self.end, other.end))

    def shift(self, offset: int) -> Span:
        """Span that lies *offset* further on."""
        return Span(self.start + offset, self.end + offset)

    def holds(self, other: Span) -> bool:
        """Tell whether *other* lies within this."""
        return self.start <= other.start and other.end <= self.end


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


class SourceMap:
    """The texts of one compilation, laid end to end: a span tells which text it is in.

    The first text begins at 0, so that its spans are its own offsets. Between two texts
    one offset is left out, so that the end of a text is not the start of the next.
    """

    def __init__(self, first: Source) -> None:
        self._sources = [first]
        self._bases = [0]

    @property
    def sources(self) -> tuple[Source, ...]:
        """All texts, in the order in which they were added."""
        return tuple(self._sources)

    def add(self, source: Source) -> int:
        """Lay one more text behind the others; tell the offset at which it begins."""
        base = self._bases[-1] + len(self._sources[-1].text) + 1
        self._sources.append(source)
        self._bases.append(base)
        return base

    def index(self, span: Span) -> int:
        """Number of the text, from 0, that *span* is in."""
        return bisect_right(self._bases, span.start) - 1

    def locate(self, span: Span) -> tuple[Source, Span]:
        """Text that *span* is in, and the span within it."""
        index = self.index(span)
        return self._sources[index], span.shift(-self._bases[index])

    def text(self, span: Span) -> str:
        """Text that stands at *span*."""
        source, local = self.locate(span)
        return source.text[local.start : local.end]
