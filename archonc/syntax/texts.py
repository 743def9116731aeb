"""From a text as written to the text that is meant: escapes and indentation."""

from __future__ import annotations

import re

from archonc.diagnostic.codes_syntax import UNKNOWN_ESCAPE
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit
from archonc.source import Span

__all__ = ["decode_raw_text", "decode_text"]

_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def decode_text(written: str, start: int, sink: DiagnosticSink) -> str:
    r"""Work out the escapes of a `"…"` that begins at *start*.

    Known are `\n`, `\t`, `\"`, `\\`, `\uXXXX` and `\u{…}`; another one is reported and
    stays as written.
    """

    def replace(match: re.Match[str]) -> str:
        braced, plain, char = match.groups()
        if char is not None and char in _SIMPLE:
            return _SIMPLE[char]
        number = int(braced or plain or "110000", 16)
        if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF:
            return chr(number)
        _report(match, start + 1, sink)
        return match.group()

    return _ESCAPE.sub(replace, written[1:-1])


def _report(match: re.Match[str], offset: int, sink: DiagnosticSink) -> None:
    """Report an escape that means nothing, or no character."""
    place = Span(offset + match.start(), offset + match.end())
    char = match[3]
    if char is None:
        sink.error(
            UNKNOWN_ESCAPE,
            f"`{match.group()}` stands for no character",
            place,
            "surrogates and numbers above 10ffff are none",
            helps=("write the character's own number, as in `\\u{1f600}`",),
        )
        return
    if char == "u":
        sink.error(
            UNKNOWN_ESCAPE,
            "`\\u` has no number of a character after it",
            place,
            helps=("write four hexadecimal digits, `\\u00e9`, or one to six in braces, `\\u{e9}`",),
        )
        return
    sink.error(
        UNKNOWN_ESCAPE,
        f"unknown escape `\\{char}` in a text",
        place,
        notes=('the escapes are `\\n`, `\\t`, `\\"`, `\\\\`, `\\uXXXX` and `\\u{…}`',),
        helps=(f'for a backslash write `\\\\{char}`, or use a raw text, `"""…"""`',),
        edits=(Edit(place, f"\\\\{char}"),),
    )


def decode_raw_text(written: str) -> str:
    r'''Take the common indentation and the outer line breaks from a `"""…"""`.

    The line of the opening quotes counts only if text follows them; a blank last line
    goes with the closing quotes. Blank lines lose their spaces and set no indentation.
    '''
    first, *rest = written[3:-3].split("\n")
    if not rest:
        return first
    if not rest[-1].strip():
        rest.pop()
    indents = [line[: len(line) - len(line.lstrip(" \t"))] for line in rest if line.strip()]
    # What the least and the greatest begin with, all between them begin with.
    low, high = min(indents, default=""), max(indents, default="")
    indent = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    lines = [line[indent:] if line.strip() else "" for line in rest]
    return "\n".join(lines if not first.strip() else [first, *lines])
