"""Characters that no program may hold: they are invisible, or show it otherwise than it is."""

from __future__ import annotations

import re
import unicodedata

from archonc.diagnostic.codes_syntax import FORBIDDEN_CHARACTER
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.source import Span

__all__ = ["FORBIDDEN", "blank_forbidden"]

MAX_REPORTED_LINES = 20

# Controls except tab and line feed; surrogates; signs that reorder the text around them
# (CVE-2021-42574); and a byte-order mark, which belongs at the start of a file, if anywhere.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028-\u202e\u2066-\u2069\ufeff]+"
)


def blank_forbidden(sink: DiagnosticSink) -> str:
    """Report forbidden characters, once a line, and give the text with spaces for them.

    Offsets stay, so that the rest of the file can be read as if they were not there.
    """
    source = sink.source
    reported: set[int] = set()
    for match in FORBIDDEN.finditer(source.text):
        line, _ = source.line_column(match.start())
        if line in reported:
            continue
        if len(reported) == MAX_REPORTED_LINES:
            break
        reported.add(line)
        char = match.group()[0]
        sink.error(
            FORBIDDEN_CHARACTER,
            f"the character U+{ord(char):04X} ({_describe(char)}) may not stand in a program",
            Span(match.start(), match.end()),
            notes=_note(len(reported)),
            helps=(f"remove it, or write `\\u{{{ord(char):x}}}` in a text",)
            if not "\ud800" <= char <= "\udfff"
            else ("remove it; it is half of a character",),
        )
    return FORBIDDEN.sub(lambda match: " " * len(match.group()), source.text)


def _note(reported: int) -> tuple[str, ...]:
    if reported < MAX_REPORTED_LINES:
        return ()
    return (f"forbidden characters are shown on the first {MAX_REPORTED_LINES} lines only",)


def _describe(char: str) -> str:
    if "\ud800" <= char <= "\udfff":
        return "a lone surrogate"
    if char == "\r":
        return "a carriage return"
    return unicodedata.name(char, "a control character").lower()
