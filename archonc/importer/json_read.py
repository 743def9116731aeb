"""From a source to its JSON tree (RFC 8259), in linear time; the first mistake ends it.

The standard library's reader keeps no places, and what it says of a mistake helps
nobody who does not know the grammar. It is the oracle of this one's tests.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from archonc.diagnostic.codes_import import DUPLICATE_KEY, INVALID_JSON, JSON_TOO_DEEP
from archonc.importer.findings import Findings
from archonc.importer.json_mistakes import Wanted, explain_mistake
from archonc.importer.json_tree import (
    JsonArray,
    JsonMember,
    JsonNumber,
    JsonObject,
    JsonText,
    JsonValue,
    JsonWord,
)
from archonc.source import Source, Span

__all__ = ["MAX_NESTING", "read_json"]

MAX_NESTING = 100
"""Deepest nesting of lists and objects; a configuration needs five."""

_BLANK = re.compile(r"[ \t\n\r]*")
_PLAIN = r'[^"\\\x00-\x1f]*'
_TEXT = re.compile(rf'"({_PLAIN}(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{{4}}){_PLAIN})*)"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])")
_WORD = re.compile(r"(?:true|false|null)(?!\w)")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|(["\\/bfnrt]))')
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_SIMPLE = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


_A_VALUE = Wanted("value", "a value")
_A_KEY = Wanted("key", "a key in double quotes")


class _Mistake(Exception):
    """Leaves the reader at the first mistake; never leaves this module."""


def read_json(source: Source, findings: Findings) -> JsonValue | None:
    """Read the whole text as one JSON value; None if it is none, which was reported.

    A key that an object holds twice is reported too, but both stay in the tree.
    """
    reader = _Reader(source, findings)
    try:
        value = reader.value(_A_VALUE, depth=0)
        reader.end()
    except _Mistake:
        return None
    return value


class _Reader:
    def __init__(self, source: Source, findings: Findings) -> None:
        self._source = source
        self._text = source.text
        self._findings = findings
        self._at = 0

    def value(self, wanted: Wanted, depth: int) -> JsonValue:
        """Read the value that begins at the next character that is not blank."""
        char = self._next()
        if char == "{":
            return self._object(depth + 1)
        if char == "[":
            return self._array(depth + 1)
        if char == '"':
            return self._string(wanted)
        if match := _NUMBER.match(self._text, self._at):
            return JsonNumber(_number(match.group()), match.group(), self._take(match))
        if match := _WORD.match(self._text, self._at):
            return JsonWord(_WORDS[match.group()], self._take(match))
        raise self._mistake(wanted)

    def end(self) -> None:
        """Come to the end of the text; only blanks may be left."""
        if self._next():
            raise self._mistake(Wanted("end", "the end of the file"))

    def _object(self, depth: int) -> JsonObject:
        start = self._open(depth)
        members: list[JsonMember] = []
        first: dict[str, Span] = {}
        if self._next() != "}":
            while True:
                member = self._member(depth)
                self._report_duplicate(member, first)
                members.append(member)
                if self._separator("}"):
                    break
        self._at += 1
        return JsonObject(tuple(members), Span(start, self._at))

    def _member(self, depth: int) -> JsonMember:
        if self._next() != '"':
            raise self._mistake(_A_KEY)
        key = self._string(_A_KEY)
        shown = f"`{key.value[:40]}`"
        if self._next() != ":":
            raise self._mistake(Wanted("colon", f"`:` after the key {shown}"))
        self._at += 1
        value = self.value(Wanted("value", f"the value of {shown}"), depth)
        return JsonMember(key.value, value, key.span)

    def _array(self, depth: int) -> JsonArray:
        start = self._open(depth)
        items: list[JsonValue] = []
        if self._next() != "]":
            while True:
                items.append(self.value(_A_VALUE, depth))
                if self._separator("]"):
                    break
        self._at += 1
        return JsonArray(tuple(items), Span(start, self._at))

    def _open(self, depth: int) -> int:
        start = self._at
        if depth > MAX_NESTING:
            self._findings.error(
                JSON_TOO_DEEP,
                f"lists and objects are nested deeper than {MAX_NESTING}",
                Span(start, start + 1),
                f"number {depth}",
                helps=("a configuration has five levels: look whether this file is one",),
            )
            raise _Mistake
        self._at += 1
        return start

    def _separator(self, closing: str) -> bool:
        """Pass a comma, or stop before *closing* and say so."""
        char = self._next()
        if char == closing:
            return True
        if char != ",":
            raise self._mistake(Wanted("separator", f"`,` or `{closing}`"))
        comma = self._at
        self._at += 1
        if self._next() == closing:
            self._at = comma
            raise self._mistake(Wanted("bracket", f"`{closing}`"))
        return False

    def _string(self, wanted: Wanted) -> JsonText:
        match = _TEXT.match(self._text, self._at)
        if match is None:
            raise self._mistake(wanted)
        value = match.group(1)
        if "\\" in value:
            value = _ESCAPE.sub(_unescape, value)
            # Two escapes of UTF-16 are one character; half a pair stays what it is.
            value = _PAIR.sub(_join, value)
        return JsonText(value, self._take(match))

    def _report_duplicate(self, member: JsonMember, first: dict[str, Span]) -> None:
        if member.key in first:
            self._findings.warn(
                DUPLICATE_KEY,
                f"the key `{member.key[:40]}` stands twice in one object, and the last one counts",
                member.span,
                "stands here again",
                secondary=first[member.key],
                helps=("take one of them out",),
            )
        first.setdefault(member.key, member.span)

    def _next(self) -> str:
        match = _BLANK.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return self._text[self._at : self._at + 1]

    def _take(self, match: re.Match[str]) -> Span:
        self._at = match.end()
        return Span(match.start(), match.end())

    def _mistake(self, wanted: Wanted) -> _Mistake:
        found = explain_mistake(self._source, self._at, wanted)
        self._findings.error(
            INVALID_JSON,
            f"this is no JSON: {found.reason}",
            found.span,
            found.label,
            helps=(found.help,),
        )
        return _Mistake()


def _number(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation:
        # Its exponent has twenty digits: beyond every limit that a setting has.
        return Decimal("-Infinity" if written.startswith("-") else "Infinity")


def _unescape(match: re.Match[str]) -> str:
    digits, char = match.groups()
    return chr(int(digits, 16)) if digits else _SIMPLE.get(char, char)


def _join(match: re.Match[str]) -> str:
    high, low = (ord(half) for half in match.groups())
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
