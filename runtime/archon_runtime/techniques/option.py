"""The options of a technique: fields of a frozen class, and what the compiler sees of them."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from archon_runtime.classes import MISSING, Field, dataclass, field, fields

__all__ = ["Option", "OptionKind", "option", "options_of"]


class OptionKind(StrEnum):
    """Which values an option takes in the language, in a user's words."""

    COUNT = "a whole number"
    KEEP = "a whole number or `up_to(…)`"
    FLAG = "`true` or `false`"
    TEXT = "a text"
    WORD = "one of its words"
    DURATION = "a duration"
    CHECK = '`command(…)` or `python("file.py:function")`'


@dataclass(frozen=True, slots=True)
class Option:
    """An option as the compiler, the editor and the reference pages see it.

    `low` and `high` bound numbers (a duration's are in seconds); `words` are the
    only values of a WORD. `positional`: it may be given without its name.
    """

    name: str
    kind: OptionKind
    doc: str
    required: bool
    default: object
    low: int | None
    high: int | None
    words: tuple[str, ...]
    unit: str
    positional: bool


def option(
    kind: OptionKind,
    doc: str,
    *,
    default: Any = MISSING,
    low: int | None = None,
    high: int | None = None,
    words: tuple[str, ...] = (),
    unit: str = "",
    positional: bool = False,
) -> Any:
    """Declare an option as a field of a technique's frozen options class."""
    metadata = {
        "kind": kind,
        "doc": doc,
        "low": low,
        "high": high,
        "words": words,
        "unit": unit,
        "positional": positional,
    }
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def options_of(options_type: type[Any]) -> tuple[Option, ...]:
    """List the options of an options class, in order of declaration."""
    # Programs of many layers ask for the same few classes again and again.
    hashable: Any = options_type
    return _options_of(hashable)


@cache
def _options_of(options_type: Any) -> tuple[Option, ...]:
    return tuple(_read_option(each) for each in fields(options_type))


def _read_option(each: Field[Any]) -> Option:
    required = each.default is MISSING
    return Option(
        name=each.name,
        required=required,
        default=None if required else each.default,
        **each.metadata,
    )
