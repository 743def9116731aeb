"""A hole: a place of an architecture where one of several things can stand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from math import comb
from typing import overload

from archon_runtime.classes import dataclass
from archonc.source import Span
from archonc.syntax.nodes import Bool, Call, Expr, ListExpr, Number, RangeExpr

__all__ = [
    "HOLE_CALLS",
    "MOST_CHOICES",
    "Hole",
    "HoleKind",
    "HoleProblem",
    "Numbers",
    "choices_of",
    "is_hole",
]

HOLE_CALLS = frozenset({"one_of", "subset_of"})
"""Calls that leave a choice open; `top` leaves one open if its count does."""

MOST_CHOICES = 10_000
"""No hole has more: nobody could look at them all."""


class HoleKind(StrEnum):
    """What is chosen, in a user's words."""

    VALUE = "a value"
    MAYBE = "whether the layer is there"
    REPEAT = "how often"
    EITHER = "which branch"


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole as an expansion meets it: its id, its place, and what can be chosen, in order.

    The choices are values as the language writes them: of a `maybe layer` `true` and
    `false`, of an `either` the number of the branch.
    """

    id: str
    kind: HoleKind
    span: Span
    choices: Sequence[Expr]


@dataclass(frozen=True, slots=True)
class HoleProblem:
    """Why a hole cannot be filled; a value, turned into a diagnostic."""

    message: str
    label: str
    help: str
    span: Span


def is_hole(value: Expr) -> bool:
    """Tell whether *value* itself leaves a choice open."""
    if isinstance(value, RangeExpr):
        return True
    return isinstance(value, Call) and value.callee.text in HOLE_CALLS


class Numbers(Sequence[Expr]):
    """The numbers from *low* to *high*, both included, as values at a place.

    Each is made when it is asked for: few of ten thousand are ever looked at.
    """

    __slots__ = ("_range", "_span", "_unit")

    def __init__(self, low: int, high: int, unit: str, span: Span) -> None:
        self._range = range(low, high + 1)
        self._unit = unit
        self._span = span

    def __len__(self) -> int:
        return len(self._range)

    @overload
    def __getitem__(self, index: int) -> Expr: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Expr, ...]: ...

    def __getitem__(self, index: int | slice) -> Expr | tuple[Expr, ...]:
        if isinstance(index, slice):
            return tuple(self._write(each) for each in self._range[index])
        return self._write(self._range[index])

    def near(self, number: Number) -> tuple[Expr, ...]:
        """Give the number of that value, if it is among these."""
        value = int(number.value)
        return (self._write(value),) if value in self._range else ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash((self._range, self._unit, self._span))

    def _write(self, number: int) -> Number:
        unit = self._unit
        text = f"${number}" if unit == "$" else f"{number}{unit}"
        return Number(Decimal(number), unit, text, self._span)


def flags(span: Span) -> tuple[Bool, ...]:
    """Write `true` and `false` as values at a place."""
    return Bool(True, span), Bool(False, span)


def choices_of(value: Expr) -> Sequence[Expr] | HoleProblem:
    """List what a hole can be filled with."""
    match value:
        case RangeExpr():
            return _range(value)
        case Call() if value.callee.text == "one_of":
            return _one_of(value)
        case Call():
            return _subset_of(value)
        case _:
            raise TypeError(value)


def _range(value: RangeExpr) -> Sequence[Expr] | HoleProblem:
    low, high = value.low, value.high
    whole = all(each.value == each.value.to_integral_value() for each in (low, high))
    if not whole or low.unit != high.unit:
        what = "goes over whole numbers" if not whole else "has one unit at both ends"
        help_line = "list the values instead: `one_of(0.2, 0.5, 0.8)`"
        return HoleProblem(f"a range {what}", "not a range", help_line, value.span)
    if low.value > high.value:
        message = f"the range `{low.text}..{high.text}` is empty"
        help_line = f"write `{high.text}..{low.text}`"
        return HoleProblem(message, "ends before it begins", help_line, value.span)
    count = int(high.value) - int(low.value) + 1
    if count > MOST_CHOICES:
        return _too_many(count, value.span)
    return Numbers(int(low.value), int(high.value), low.unit, value.span)


def _one_of(value: Call) -> tuple[Expr, ...] | HoleProblem:
    for argument in value.arguments:
        if argument.name is not None:
            message = "`one_of` takes values without names"
            return HoleProblem(message, "has a name", "write `one_of(1, 2, 4)`", argument.span)
    if not value.arguments:
        message = "`one_of` has nothing to choose from"
        return HoleProblem(message, "empty", "write `one_of(1, 2, 4)`", value.span)
    if len(value.arguments) > MOST_CHOICES:
        return _too_many(len(value.arguments), value.span)
    return tuple(argument.value for argument in value.arguments)


def _subset_of(value: Call) -> tuple[Expr, ...] | HoleProblem:
    help_line = "write `subset_of([a, b, c], 1..3)`"
    match [argument.value for argument in value.arguments]:
        case [ListExpr(items=items), Number() | RangeExpr() as size] if all(
            argument.name is None for argument in value.arguments
        ):
            pass
        case _:
            message = "`subset_of` takes a list and how many of it"
            return HoleProblem(message, "not that", help_line, value.span)
    sizes = (size,) if isinstance(size, Number) else _range(size)
    if isinstance(sizes, HoleProblem):
        return sizes
    counts = [int(each.value) for each in sizes if isinstance(each, Number)]
    if counts[0] < 1 or counts[-1] > len(items) or (isinstance(size, Number) and size.unit):
        message = f"`subset_of` takes from 1 to {len(items)} of a list of {len(items)}"
        return HoleProblem(message, "cannot be taken", help_line, size.span)
    total = sum(comb(len(items), count) for count in counts)
    if total > MOST_CHOICES:
        return _too_many(total, value.span)
    return _subsets(items, counts, value.span)


def _subsets(items: Sequence[Expr], counts: Sequence[int], span: Span) -> tuple[Expr, ...]:
    return tuple(
        ListExpr(chosen, span) for count in counts for chosen in combinations(items, count)
    )


def _too_many(count: int, span: Span) -> HoleProblem:
    message = f"a hole with {count:,} choices, and at most {MOST_CHOICES:,} can be looked at"
    return HoleProblem(message, "too many", "leave fewer open", span)
