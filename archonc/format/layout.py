"""From a document to lines: brackets are on one line where they may and fit, or broken.

The idea is that of Oppen's and Wadler's pretty printers, cut down to brackets. Each
document is walked once, so that the time is linear in the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from archon_runtime.classes import dataclass, field
from archonc.format.document import Chain, Comment, Doc, Entry, Group, Lines, is_empty

__all__ = ["INDENT", "WIDTH", "render", "render_entries"]

WIDTH = 100
"""Most characters of a line that could be broken; comments at its end do not count."""

INDENT = 2


def render(doc: Doc) -> str:
    """Lay out one document from the beginning of a line, without a line end."""
    writer = _Writer()
    writer.doc(doc, 0)
    return "".join(writer.parts)


def render_entries(entries: Sequence[Entry], closing: Sequence[Comment] = ()) -> str:
    """Lay out a file: its entries, and the comments after the last one."""
    writer = _Writer()
    writer.entries(entries, closing, 0)
    return "".join(writer.parts).lstrip("\n") + "\n"


@dataclass(slots=True)
class _Writer:
    parts: list[str] = field(default_factory=list)
    column: int = 0

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.column += len(text)

    def line(self, indent: int, *, blank: bool = False) -> None:
        self.parts.append("\n\n" if blank else "\n")
        self.parts.append(" " * indent)
        self.column = indent

    def doc(self, doc: Doc, indent: int) -> None:
        match doc:
            case str():
                self.write(doc)
            case Lines():
                self.lines(doc, indent)
            case Group():
                self.chain(Chain((doc,), together=False, flat=doc.flat), indent)
            case Chain():
                self.chain(doc, indent)
            case _:
                assert_never(doc)

    def lines(self, doc: Lines, indent: int) -> None:
        self.write(f'"""{doc.first}')
        for line in doc.rest:
            self.line(indent + INDENT if line else 0)
            self.write(line)
        if not doc.closed:
            self.line(indent)
        self.write('"""')

    def chain(self, chain: Chain, indent: int) -> None:
        """Lay out parts; a group breaks if it and what must follow it on its line do not fit."""
        whole = chain.flat is not None and self.column + chain.flat <= WIDTH
        for part, following in zip(chain.parts, _following(chain.parts), strict=True):
            match part:
                case str():
                    self.write(part)
                case Lines():
                    self.lines(part, indent)
                case Group():
                    fits = part.flat is not None and self.column + part.flat + following <= WIDTH
                    if whole or (not chain.together and (fits or is_empty(part))):
                        self.flat(part)
                    else:
                        self.broken(part, indent)
                case _:
                    assert_never(part)

    def flat(self, doc: Doc) -> None:
        match doc:
            case str():
                self.write(doc)
            case Lines():
                raise AssertionError("a text of several lines has no flat form")
            case Group():
                padding = " " if doc.brackets == "{}" and doc.entries else ""
                self.write(doc.brackets[0] + padding)
                for number, entry in enumerate(doc.entries):
                    if number:
                        self.write(", ")
                    self.flat(entry.doc)
                self.write(padding + doc.brackets[1])
            case Chain():
                for part in doc.parts:
                    self.flat(part)
            case _:
                assert_never(doc)

    def broken(self, group: Group, indent: int) -> None:
        self.write(group.brackets[0])
        if group.opened:
            self.write(f"  {group.opened}")
        self.entries(group.entries, group.closing, indent + INDENT)
        self.line(indent)
        self.write(group.brackets[1])

    def entries(self, entries: Sequence[Entry], closing: Sequence[Comment], indent: int) -> None:
        """Lay out entries, each from a new line on; there is no blank line before the first."""
        first = True
        for entry in entries:
            first = self.comments(entry.before, indent, first=first)
            self.line(indent, blank=entry.blank and not first)
            self.doc(entry.doc, indent)
            if entry.after:
                self.write(f"  {entry.after}")
            first = False
        self.comments(closing, indent, first=first)

    def comments(self, comments: Sequence[Comment], indent: int, *, first: bool) -> bool:
        """Lay out comment lines; the result says whether still nothing was written."""
        for comment in comments:
            self.line(indent, blank=comment.blank and not first)
            self.write(comment.text)
            first = False
        return first


def _following(parts: Sequence[str | Lines | Group]) -> list[int]:
    """Tell how much must follow each part on its line: up to the next bracket that can break."""
    widths = [0]
    for part in reversed(parts[1:]):
        match part:
            case str():
                widths.append(len(part) + widths[-1])
            case Lines():
                widths.append(len(part.first) + 3)
            case Group():
                widths.append(2 + widths[-1] if is_empty(part) else 1)
            case _:
                assert_never(part)
    return widths[::-1]
