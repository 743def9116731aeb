"""Say in a user's words what kind of value stands in the source."""

from __future__ import annotations

from archonc.syntax.nodes import (
    Bool,
    Call,
    Comparison,
    Expr,
    ListExpr,
    Number,
    Operation,
    RangeExpr,
    Record,
    Reference,
    Text,
)

__all__ = ["CHOICES", "describe"]

CHOICES = frozenset({"one_of", "subset_of", "top"})
"""Calls that choose among values; with a choice left open they make a search space."""

_LONGEST = 24


def describe(value: Expr) -> str:
    """Say what *value* is, with its text where that is short."""
    match value:
        case Reference():
            return f"the name `{value.text}`"
        case Number():
            return f"{_kind_of_number(value.unit)} `{value.text}`"
        case Text():
            short = len(value.value) <= _LONGEST and "\n" not in value.value
            return f'the text `"{value.value}"`' if short else "a text"
        case Bool():
            return "`true`" if value.value else "`false`"
        case ListExpr():
            return f"a list of {len(value.items)}"
        case Record():
            return "a record"
        case Call():
            return f"`{value.callee.text}(…)`"
        case RangeExpr():
            return f"the range `{value.low.text}..{value.high.text}`"
        case Operation() | Comparison():
            return "a formula"


def _kind_of_number(unit: str) -> str:
    if unit == "$":
        return "the amount"
    if unit == "%":
        return "the percentage"
    if "/" in unit:
        return "the rate"
    return "the duration" if unit in {"ms", "s", "min", "h"} else "the number"
