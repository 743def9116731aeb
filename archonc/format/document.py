"""Documents: what a text is laid out from. Brackets may be broken over lines, nothing else.

The width of a document on one line is known when it is made, so that laying it out
takes one walk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archon_runtime.classes import dataclass

__all__ = [
    "Chain",
    "Comment",
    "Doc",
    "Entry",
    "Group",
    "Lines",
    "flat_width",
    "group",
    "hug",
    "is_empty",
    "join",
]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a line of its own; `blank`: a blank line stands before it."""

    text: str
    blank: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """A raw text of several lines: what follows the opening quotes, then the other lines.

    The lines are indented below the line that the text begins on, blank ones excepted.
    `closed`: the closing quotes stand behind the last line, not on one of their own.
    """

    first: str
    rest: tuple[str, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One item between brackets, or of a file, with the comments that belong to it."""

    doc: Doc
    before: tuple[Comment, ...] = ()
    blank: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets and what stands between them; `flat` is the width on one line.

    `opened` is the comment at the end of the opening bracket's line, `closing` are
    those after the last entry. `flat` is None if the group has to be broken: `forced`
    if not because of what one of its entries is.
    """

    brackets: str
    entries: tuple[Entry, ...]
    opened: str
    closing: tuple[Comment, ...]
    forced: bool
    flat: int | None


@dataclass(frozen=True, slots=True)
class Chain:
    """Parts side by side. `together`: if one group of them breaks, all do."""

    parts: tuple[str | Lines | Group, ...]
    together: bool
    flat: int | None


Doc = str | Lines | Group | Chain


def flat_width(doc: Doc) -> int | None:
    """Tell how wide a document is on one line; None if it has to be broken."""
    match doc:
        case str():
            return len(doc)
        case Lines():
            return None
        case _:
            return doc.flat


def _total(docs: Iterable[Doc]) -> int | None:
    total = 0
    for doc in docs:
        width = flat_width(doc)
        if width is None:
            return None
        total += width
    return total


def group(
    brackets: str,
    entries: Sequence[Entry],
    opened: str = "",
    closing: tuple[Comment, ...] = (),
    *,
    broken: bool,
) -> Group:
    """Make a group; one with a comment is broken whatever *broken* says."""
    noted = opened or closing or any(entry.before or entry.after for entry in entries)
    forced = bool(broken or noted)
    flat = None if forced else _total(entry.doc for entry in entries)
    if flat is not None:
        separators = 2 * max(0, len(entries) - 1)
        padding = 2 if brackets == "{}" and entries else 0
        flat += len(brackets) + separators + padding
    return Group(brackets, tuple(entries), opened, closing, forced, flat)


def hug(group: Group) -> Doc:
    """Let a single entry that can break do so for the brackets around it: `f([` … `])`."""
    if group.forced or len(group.entries) != 1:
        return group
    (entry,) = group.entries
    parts = entry.doc.parts if isinstance(entry.doc, Chain) else (entry.doc,)
    if any(isinstance(part, Lines) or _can_break(part) for part in parts):
        return join(group.brackets[0], entry.doc, group.brackets[1])
    return group


def _can_break(doc: Doc) -> bool:
    return isinstance(doc, Group) and not is_empty(doc)


def join(*docs: Doc, together: bool = False) -> Doc:
    """Put documents side by side."""
    parts: list[str | Lines | Group] = []
    for doc in docs:
        for part in doc.parts if isinstance(doc, Chain) else (doc,):
            last = parts[-1] if parts else None
            if isinstance(last, str) and isinstance(part, str):
                # Else each pair of brackets around others would lengthen the chain.
                parts[-1] = last + part
            else:
                parts.append(part)
    return Chain(tuple(parts), together, _total(parts))


def is_empty(group: Group) -> bool:
    """Tell whether a group holds nothing, and nothing asks to break it."""
    return group.flat == len(group.brackets)
