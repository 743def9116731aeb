"""What lies between the items of a written program: comments, blank lines, line breaks.

Comments and line breaks can only stand in separators, and a separator only between
brackets or between statements. So what the AST has lost is in the text between the
spans of two neighbours, and it is read from there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from archon_runtime.classes import dataclass
from archonc.format.document import Comment, Doc, Entry, Group, group
from archonc.source import Span

__all__ = ["Gap", "Written", "read_gap"]

_COMMENT = re.compile(r"#[^\n]*")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Gap:
    """The text between two neighbours, or between one of them and its bracket.

    `after` is the comment at the end of the line that the gap begins on, empty if
    there is none; `blank` says that a blank line stands before what follows, behind
    the last of the comments; `newline` that a line ends in the gap.
    """

    after: str
    comments: tuple[Comment, ...]
    blank: bool
    newline: bool


def read_gap(text: str, start: int, end: int) -> Gap:
    """Read the gap from *start* to *end*; at the start of a file no comment is `after`."""
    after = ""
    comments: list[Comment] = []
    at = start
    for match in _COMMENT.finditer(text, start, end):
        written = _tidy(match.group())
        if at == start and start > 0 and text.find("\n", start, match.start()) < 0:
            after = written
        else:
            blank = _BLANK_LINE.search(text, at, match.start()) is not None
            comments.append(Comment(written, blank))
        at = match.end()
    blank = _BLANK_LINE.search(text, at, end) is not None
    return Gap(after, tuple(comments), blank, text.find("\n", start, end) >= 0)


def _tidy(comment: str) -> str:
    """Put one space between the sign and a letter; `#!`, `#|` and the like stay."""
    comment = comment.rstrip(" \t")
    return f"# {comment[1:]}" if comment[1:2].isalpha() else comment


@dataclass(frozen=True, slots=True)
class Written:
    """The text that an AST was read from; None if a program made the AST."""

    text: str | None

    def opener(self, bracket: str, after: Span) -> int:
        """Find the bracket that follows a name, of which only spaces part it."""
        return 0 if self.text is None else self.text.index(bracket, after.end)

    def has_newline(self, span: Span) -> bool:
        """Tell whether a node was written over several lines."""
        return self.text is not None and self.text.find("\n", span.start, span.end) >= 0

    def group(
        self,
        brackets: str,
        items: Sequence[tuple[Span, Doc]],
        place: Span,
        *,
        broken: bool = False,
        apart: int = 0,
    ) -> Group:
        """Put items between brackets, *place* being the span from bracket to bracket.

        It is broken if a line was broken behind its opening bracket. Where there is no
        text to tell, *broken* does, and a blank line goes before the item number *apart*.
        """
        if self.text is None:
            entries = [Entry(doc, blank=0 < at == apart) for at, (_, doc) in enumerate(items)]
            return group(brackets, entries, broken=broken and bool(items))
        gaps = self.gaps(place.start + 1, [span for span, _ in items], place.end - 1)
        entries = [
            Entry(doc, gap.comments, gap.blank, following.after)
            for (_, doc), gap, following in zip(items, gaps, gaps[1:], strict=False)
        ]
        broken = bool(items) and gaps[0].newline
        return group(brackets, entries, gaps[0].after, gaps[-1].comments, broken=broken)

    def gaps(self, start: int, spans: Sequence[Span], end: int) -> list[Gap]:
        """Read the gaps before, between and behind *spans*; one more than there are spans."""
        assert self.text is not None
        starts = [start, *(span.end for span in spans)]
        ends = [*(span.start for span in spans), end]
        return [read_gap(self.text, *edges) for edges in zip(starts, ends, strict=True)]
