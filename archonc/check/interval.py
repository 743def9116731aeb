"""Arithmetic with quantities that are known from least to most."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from archon_runtime.classes import dataclass

__all__ = ["UNBOUNDED", "Interval"]

UNBOUNDED = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Interval:
    """A quantity from `least` to `most`, both included; `most` may be infinite."""

    least: Decimal
    most: Decimal

    @staticmethod
    def of(least: int | Decimal, most: int | Decimal | None = Decimal("NaN")) -> Interval:
        """Make one: of one value, or of two ends, of which None is unbounded."""
        low = Decimal(least)
        if most is None:
            return Interval(low, UNBOUNDED)
        high = Decimal(most)
        return Interval(low, low if high.is_nan() else high)

    def __str__(self) -> str:
        """Write `4`, `1 to 5` or `at least 1`."""
        if self.least == self.most:
            return _plain(self.least)
        if self.most == UNBOUNDED:
            return f"at least {_plain(self.least)}"
        return f"{_plain(self.least)} to {_plain(self.most)}"

    def __add__(self, other: Interval) -> Interval:
        """Sum of both."""
        return Interval(self.least + other.least, self.most + other.most)

    def combine(self, operator: str, other: Interval) -> Interval:
        """Do what `+`, `-`, `*` or `/` says; no value is negative but as a difference.

        What is divided by something that may be nothing is unbounded.
        """
        match operator:
            case "+":
                return self + other
            case "-":
                if other.most == UNBOUNDED:
                    return Interval(-UNBOUNDED, self.most - other.least)
                return Interval(self.least - other.most, self.most - other.least)
            case "*":
                return _hull(_times(a, b) for a in self._ends() for b in other._ends())
            case _:
                if other.least <= 0 <= other.most:
                    return Interval(-UNBOUNDED if self.least < 0 else Decimal(0), UNBOUNDED)
                return _hull(_over(a, b) for a in self._ends() for b in other._ends())

    def _ends(self) -> tuple[Decimal, Decimal]:
        return self.least, self.most


def _times(left: Decimal, right: Decimal) -> Decimal:
    return Decimal(0) if not left or not right else left * right


def _over(left: Decimal, right: Decimal) -> Decimal:
    if abs(left) == abs(right) == UNBOUNDED:
        return Decimal(0) if right > 0 else -UNBOUNDED
    return left / right


def _hull(values: Iterable[Decimal]) -> Interval:
    found = list(values)
    return Interval(min(found), max(found))


def _plain(value: Decimal) -> str:
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    return f"{value.normalize():f}"
