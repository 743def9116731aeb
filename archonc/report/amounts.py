"""Write counts, dollars and ranges shortly. A least is rounded down and a most up, so both hold."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from archon_runtime.bounds import Range
from archon_runtime.cost import Cost

__all__ = [
    "UNBOUNDED",
    "cost_range",
    "count",
    "count_range",
    "dollars",
    "exact_dollars",
    "most_cost",
    "most_count",
    "plural",
]

UNBOUNDED = "∞"
_UNITS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))
_EXACT = 10_000
_DIGITS = 3
_LAST_DECIMAL = -5


def count(number: int, *, up: bool) -> str:
    """Write a count: all digits below 10,000, else three of them: `9,999`, `12.4k`, `1.35M`."""
    if number < _EXACT:
        return f"{number:,}"
    rounded = int(_round(Decimal(number), up=up))
    scale, unit = next(each for each in _UNITS if rounded >= each[0])
    return f"{(Decimal(rounded) / scale).normalize():f}{unit}"


def most_count(most: int | None) -> str:
    """Write an upper bound."""
    return UNBOUNDED if most is None else count(most, up=True)


def count_range(value: Range) -> str:
    """Write a range as the language does: `8`, `8..12`; without a bound `8..∞`."""
    if value.least == value.most:
        return count(value.least, up=True)
    return f"{count(value.least, up=False)}..{most_count(value.most)}"


def dollars(value: Decimal, *, up: bool) -> str:
    """Write an amount with three digits that count, no more than five decimals: `$0.0345`."""
    if value >= 1:
        return f"${value.quantize(Decimal('0.01'), ROUND_CEILING if up else ROUND_FLOOR):,f}"
    return exact_dollars(_round(value, up=up))


def exact_dollars(value: Decimal) -> str:
    """Write an amount with all its digits, at least cents."""
    whole, _, cents = f"{value.normalize():f}".partition(".")
    return f"${whole}.{cents:0<2}" if cents else f"${whole}"


def most_cost(cost: Cost) -> str:
    """Write the most that something costs."""
    if cost.least_usd is None:
        return "unknown"
    return UNBOUNDED if cost.most_usd is None else dollars(cost.most_usd, up=True)


def cost_range(cost: Cost) -> str:
    """Write least and most: `$0`, `$0.0021..0.0345`, `$0.0021..∞`, `unknown`."""
    if cost.least_usd is None:
        return "unknown"
    if cost.least_usd == cost.most_usd:
        return dollars(cost.least_usd, up=True)
    return f"{dollars(cost.least_usd, up=False)}..{most_cost(cost).removeprefix('$')}"


def plural(number: int, noun: str) -> str:
    """Write `1 call`, `2 calls`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _round(value: Decimal, *, up: bool) -> Decimal:
    last = Decimal(1).scaleb(max(value.adjusted() - _DIGITS + 1, _LAST_DECIMAL))
    return (value / last).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR) * last
