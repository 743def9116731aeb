"""A JSON document as a tree in which every key and every value has its place."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from archonc.source import Span

__all__ = [
    "JsonArray",
    "JsonMember",
    "JsonNumber",
    "JsonObject",
    "JsonText",
    "JsonValue",
    "JsonWord",
    "describe_json",
]


@dataclass(frozen=True, slots=True)
class JsonText:
    """A text with its escapes worked out; the span includes the quotes."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class JsonNumber:
    """A number, exactly as written: `1.0` is not the whole number 1 to its reader."""

    value: Decimal
    written: str
    span: Span


@dataclass(frozen=True, slots=True)
class JsonWord:
    """`true`, `false` or `null` (None)."""

    value: bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class JsonArray:
    """A list of values."""

    items: tuple[JsonValue, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class JsonMember:
    """A key with its value; `span` is the key, with its quotes."""

    key: str
    value: JsonValue
    span: Span


@dataclass(frozen=True, slots=True)
class JsonObject:
    """Members in the order in which they are written; a key may stand more than once."""

    members: tuple[JsonMember, ...]
    span: Span


JsonValue = JsonText | JsonNumber | JsonWord | JsonArray | JsonObject


def describe_json(value: JsonValue) -> str:
    """Say what a value is, for a message: `the text "gpt-4o"`, `a list`."""
    match value:
        case JsonText():
            shown = value.value if len(value.value) <= 30 else f"{value.value[:30]}…"
            return f'the text "{shown}"'
        case JsonNumber():
            shown = value.written if len(value.written) <= 30 else f"{value.written[:30]}…"
            return f"the number {shown}"
        case JsonWord():
            return {True: "`true`", False: "`false`", None: "`null`"}[value.value]
        case JsonArray():
            return "a list"
        case JsonObject():
            return "an object"
        case _:
            assert_never(value)
