"""From the text that is meant to a text as written: escapes, and raw texts over several lines."""

from __future__ import annotations

import re

from archonc.format.document import Doc, Lines
from archonc.syntax.forbidden import FORBIDDEN
from archonc.syntax.texts import decode_raw_text

__all__ = ["quote", "write_raw"]

_ESCAPES = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_ESCAPED = re.compile(rf'["\\\n\t]|{FORBIDDEN.pattern.removesuffix("+")}')


def quote(value: str) -> str:
    """Write a text on one line, with escapes for what may not stand in it."""

    def escape(match: re.Match[str]) -> str:
        char = match.group()
        return _ESCAPES.get(char) or f"\\u{{{ord(char):x}}}"

    return f'"{_ESCAPED.sub(escape, value)}"'


def write_raw(value: str, *, multiline: bool) -> Doc:
    '''Write a text with `"""`, or with escapes if no raw text has this value.

    A raw text cannot hold three quotes but at its end, or begin all of its lines with
    the same spaces. *multiline* keeps a text of one line on a line of its own.
    '''
    if FORBIDDEN.search(value):
        return quote(value)
    if "\n" not in value and not (multiline and value.strip()):
        # Quotes at the end belong to the text: it is closed by the last three of a row.
        return quote(value) if '"""' in value.rstrip('"') else f'"""{value}"""'
    lines = tuple(value.split("\n"))
    if '"""' not in value:
        if decode_raw_text(f'"""\n{value}\n"""') == value:
            return Lines("", lines)
        if decode_raw_text(f'"""{value}\n"""') == value:
            return Lines(lines[0], lines[1:])
    elif '"""' not in value.rstrip('"'):
        # Quotes at its end close it where they are: a line of its own would make it longer.
        if decode_raw_text(f'"""\n{value}"""') == value:
            return Lines("", lines, closed=True)
        if decode_raw_text(f'"""{value}"""') == value:
            return Lines(lines[0], lines[1:], closed=True)
    return quote(value)
