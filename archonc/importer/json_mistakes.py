"""Say what is wrong with a JSON text at a place, and what to do, in a user's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from archonc.source import Source, Span

__all__ = ["JsonMistake", "Wanted", "explain_mistake"]

_TOKEN = re.compile(r"[\w.+-]+|[^\w\s]")
_GOOD_TEXT = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*')
_PYTHON = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was expected: its kind, and how a message names it.

    A `bracket` is wanted where a comma stands before it.
    """

    kind: Literal["value", "key", "colon", "separator", "bracket", "end"]
    text: str


@dataclass(frozen=True, slots=True)
class JsonMistake:
    """Where the mistake is, why it is one (a phrase), a label and an instruction."""

    span: Span
    reason: str
    label: str
    help: str


def explain_mistake(source: Source, at: int, wanted: Wanted) -> JsonMistake:
    """Look at what stands at *at*, where *wanted* was expected."""
    text = source.text
    if at >= len(text):
        return _at_end(text, wanted)
    span = _token(text, at)
    found = text[span.start : span.end]
    shown = found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"
    if found == '"' and wanted.kind in {"value", "key"}:
        return _broken_text(text, at)
    special = _special(text, span, shown, wanted)
    if special is not None:
        return special
    reason = f"expected {wanted.text}, found `{shown}`"
    return JsonMistake(span, reason, f"expected {wanted.text}", _help(text, at, found, wanted))


def _special(text: str, span: Span, shown: str, wanted: Wanted) -> JsonMistake | None:
    """Recognise what other notations allow and JSON does not."""
    found = text[span.start : span.end]
    if wanted.kind == "bracket":
        reason = f"a `,` stands before {wanted.text}"
        return JsonMistake(span, reason, "nothing follows it", "take the comma out")
    if text.startswith(("//", "/*"), span.start) or found == "#":
        helps = "take the comment out: JSON has none"
        return JsonMistake(span, "a comment stands in it", "a comment", helps)
    if found in _PYTHON and wanted.kind == "value":
        right = _PYTHON[found]
        return JsonMistake(
            span, f"`{found}` is no word of JSON", "unknown word", f"write `{right}`"
        )
    if found in {"'", "`"} and wanted.kind in {"value", "key"}:
        helps = 'write texts and keys in double quotes: `"…"`'
        return JsonMistake(span, 'a text stands in other quotes than `"`', "these quotes", helps)
    if wanted.kind == "key" and found[:1].isalpha():
        return JsonMistake(
            span, f"the key `{shown}` has no quotes", "no quotes", f'write `"{shown}"`'
        )
    if wanted.kind == "value" and re.match(r"[-+.]?[0-9]|NaN|-?Infinity|[-+]", found):
        helps = "write numbers like `2048`, `-1`, `0.7` or `1e3`, without leading zeros"
        return JsonMistake(span, f"`{shown}` is no number of JSON", "no number", helps)
    return None


def _help(text: str, at: int, found: str, wanted: Wanted) -> str:
    before = text[:at].rstrip(" \t\n\r")
    if wanted.kind == "separator":
        if before.endswith('"') and before == text[:at]:
            return 'take it out, or write `\\"` for the quotes within the text before it'
        if found in {'"', "{", "["} or found[:1].isalnum():
            return "write a `,` after the value before it"
        return "look whether a bracket is missing, or stands here in place of another"
    if wanted.kind == "colon":
        return "write `:` between a key and its value"
    if wanted.kind == "end":
        return "one file holds one value: take out what follows it"
    if found in {",", "}", "]"}:
        return f"write {wanted.text} here, or take out what has none"
    return f"write {wanted.text} here"


def _at_end(text: str, wanted: Wanted) -> JsonMistake:
    # An empty span after the last character that says something.
    end = len(text.rstrip(" \t\n\r"))
    open_brackets = _open_brackets(text)
    helps = "look whether the file is complete"
    if open_brackets:
        closing = "".join({"{": "}", "[": "]"}[each] for each in reversed(open_brackets))
        shown = closing if len(closing) <= _SHOWN else f"{closing[:_SHOWN]}…"
        helps = f"close what is open (`{shown}`), or look whether the file is complete"
    return JsonMistake(
        Span(end, end), f"it ends where {wanted.text} is expected", f"expected {wanted.text}", helps
    )


def _open_brackets(text: str) -> list[str]:
    opened: list[str] = []
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        char = match.group()
        if char in "[{":
            opened.append(char)
        elif char in "]}" and opened:
            opened.pop()
    return opened


def _broken_text(text: str, at: int) -> JsonMistake:
    match = _GOOD_TEXT.match(text, at)
    end = at + 1 if match is None else match.end()
    char = text[end : end + 1]
    if char == "\\":
        shown = text[end : end + 2]
        helps = 'write `\\\\` for a backslash; known are `\\n`, `\\t`, `\\"` and `\\u00e9`'
        return JsonMistake(
            Span(end, end + len(shown)), "a text has an unknown escape", "no escape", helps
        )
    if char in {"", "\n"}:
        helps = 'write `"` where the text ends; a line break within it is `\\n`'
        return JsonMistake(Span(at, end), "a text has no closing quotes", "begins here", helps)
    helps = f"write `\\u{ord(char):04x}` for it, or take it out"
    reason = f"a text holds the control character U+{ord(char):04X}"
    return JsonMistake(Span(end, end + 1), reason, "this character", helps)


def _token(text: str, at: int) -> Span:
    match = _TOKEN.match(text, at)
    return Span(at, at + 1) if match is None else Span(match.start(), match.end())
