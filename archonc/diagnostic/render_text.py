"""From a diagnostic to the text that a terminal shows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from archon_runtime.classes import dataclass
from archonc.diagnostic.diagnostic import Diagnostic, Label, Severity
from archonc.source import Source

__all__ = ["render_text"]

TAB_STOP = 4
MAX_COLUMNS = 200

_BOLD, _RED, _YELLOW, _BLUE, _RESET = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class _Mark:
    """A label on its line; start and end count characters, from 0."""

    line: int
    start: int
    end: int
    primary: bool
    text: str


def render_text(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """Draw a diagnostic with its place in the source, without a line break at the end.

    Each label has a row of its own under its line. A label of several lines is drawn on
    its first; lines between labels are left out with `...`. A file that has no text is
    shown by its name alone. Labels in another file follow in a part of their own.
    """
    paint = _Paint(colour, diagnostic.severity)
    head = paint.severity(f"{diagnostic.severity}[{diagnostic.code}]")
    rows = [f"{head}{paint.bold(': ' + _visible(diagnostic.message))}"]
    source = diagnostic.source
    place = _visible(source.name)
    width = 1
    if source.text:
        marks = [_mark(source, diagnostic.primary, True)]
        own = [label for label in diagnostic.secondary if label.source is None]
        marks.extend(_mark(source, label, False) for label in own)
        marks.sort(key=lambda mark: (mark.line, mark.start, not mark.primary))
        width = len(str(marks[-1].line))
        line, column = source.line_column(diagnostic.primary.span.start)
        rows.append(f"{' ' * width}{paint.frame('-->')} {place}:{line}:{column}")
        rows.extend(_snippet(source, marks, width, paint))
        rows.extend(_elsewhere(diagnostic, width, paint))
    else:
        rows.append(f"{' ' * width}{paint.frame('-->')} {place}")
    facts = [("note", text) for text in diagnostic.notes]
    facts += [("help", text) for text in diagnostic.helps]
    if facts:
        rows.append(f"{' ' * width} {paint.frame('|')}")
    for kind, text in facts:
        # A text of several lines stays in the column where it begins.
        lines = _visible(text, keep="\n").split("\n")
        rows.append(f"{' ' * width} {paint.frame('=')} {paint.bold(kind)}: {lines[0]}")
        rows.extend(f"{' ' * (width + 3 + len(kind) + 2)}{line}" for line in lines[1:])
    return "\n".join(rows)


@dataclass(frozen=True, slots=True)
class _Paint:
    colour: bool
    level: Severity

    def bold(self, text: str) -> str:
        return self._paint(_BOLD, text)

    def frame(self, text: str) -> str:
        return self._paint(_BOLD + _BLUE, text)

    def severity(self, text: str) -> str:
        return self._paint(_BOLD + (_RED if self.level is Severity.ERROR else _YELLOW), text)

    def mark(self, text: str, primary: bool) -> str:
        return self.severity(text) if primary else self.frame(text)

    def _paint(self, codes: str, text: str) -> str:
        return f"{codes}{text}{_RESET}" if self.colour else text


def _elsewhere(diagnostic: Diagnostic, width: int, paint: _Paint) -> Iterator[str]:
    """Draw the labels that stand in other files, each under its file's name."""
    for label in diagnostic.secondary:
        if label.source is None:
            continue
        line, column = label.source.line_column(label.span.start)
        place = f"{_visible(label.source.name)}:{line}:{column}"
        yield f"{' ' * width}{paint.frame(':::')} {place}"
        wide = max(width, len(str(line)))
        yield from _snippet(label.source, [_mark(label.source, label, False)], wide, paint)


def _snippet(source: Source, marks: list[_Mark], width: int, paint: _Paint) -> Iterator[str]:
    """Draw the lines that have marks, and a line between them if it is the only one."""
    bar = paint.frame("|")
    yield f"{' ' * width} {bar}"
    previous: int | None = None
    for line, group in groupby(marks, key=lambda mark: mark.line):
        if previous is not None and line - previous == 2:
            text, _ = _expand(source.line_text(line - 1)[:MAX_COLUMNS])
            yield f"{paint.frame(f'{line - 1:>{width}} |')} {text}".rstrip()
        elif previous is not None and line - previous > 2:
            yield paint.frame("...")
        previous = line
        on_line = list(group)
        whole = source.line_text(line)
        # Of a long line only the part around the first mark is shown.
        cut = max(0, on_line[0].start - MAX_COLUMNS // 4) if len(whole) > MAX_COLUMNS else 0
        text, stops = _expand(whole[cut : cut + MAX_COLUMNS])
        yield f"{paint.frame(f'{line:>{width}} |')} {text}".rstrip()
        for mark in on_line:
            start = stops[min(mark.start - cut, len(stops) - 1)]
            end = stops[min(mark.end - cut, len(stops) - 1)]
            sign = ("^" if mark.primary else "-") * max(1, end - start)
            drawn = paint.mark(f"{sign} {mark.text}".rstrip(), mark.primary)
            yield f"{' ' * width} {bar} {' ' * start}{drawn}"


def _mark(source: Source, label: Label, primary: bool) -> _Mark:
    """Find where a label stands; what reaches past the line's end is cut."""
    line, column = source.line_column(label.span.start)
    start = column - 1
    end = start + label.span.end - label.span.start
    length = len(source.line_text(line))
    return _Mark(line, start, max(start, min(end, length)), primary, _visible(label.text))


def _expand(text: str) -> tuple[str, list[int]]:
    """Give a line as it is shown, and the column where each character begins, and the end."""
    shown: list[str] = []
    stops = [0]
    ascii_only = text.isascii()
    for char in text:
        if char == "\t":
            char = " " * (TAB_STOP - stops[-1] % TAB_STOP)
            width = len(char)
        else:
            char = _visible(char)
            width = 1 if ascii_only else _width(char)
        shown.append(char)
        stops.append(stops[-1] + width)
    return "".join(shown), stops


def _width(char: str) -> int:
    """Columns that a character takes in a terminal: 0, 1 or 2."""
    # Loaded here, since few programs need it and it is slow to load.
    from wcwidth import wcwidth

    return max(0, wcwidth(char))


def _visible(text: str, keep: str = "") -> str:
    """Replace what a terminal would obey or could not print."""
    if text.isprintable():
        return text
    return "".join(char if char in keep or not _is_harmful(char) else "\ufffd" for char in text)


def _is_harmful(char: str) -> bool:
    # Not printable, but harmless: spaces of other widths, joiners and private characters.
    harmful = char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff"
    return harmful or char in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
