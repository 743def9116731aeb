"""What calls cost: counted in calls, tokens and US dollars, exactly."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from archon_runtime.classes import dataclass

__all__ = ["NOTHING", "Price", "Usage", "dearest"]

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls, tokens and dollars; a sum of calls or an estimate of one.

    Dollars are Decimal: sums of floats would pass a limit by a rounding error.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal = Decimal(0)

    def __add__(self, other: Usage) -> Usage:
        """Add both, field by field."""
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost_usd + other.cost_usd,
        )

    def __sub__(self, other: Usage) -> Usage:
        """Subtract field by field; fields may become negative."""
        return Usage(
            self.calls - other.calls,
            self.prompt_tokens - other.prompt_tokens,
            self.completion_tokens - other.completion_tokens,
            self.cost_usd - other.cost_usd,
        )

    def to_json(self) -> dict[str, int | str]:
        """Make JSON types of it; dollars as text, so that they stay exact."""
        return {
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost_usd": f"{self.cost_usd:f}",
        }

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt_tokens + self.completion_tokens


NOTHING = Usage()


@dataclass(frozen=True, slots=True)
class Price:
    """A model's price in US dollars per million tokens."""

    prompt_usd: Decimal
    completion_usd: Decimal

    def cost_usd(self, prompt_tokens: int, completion_tokens: int) -> Decimal:
        """Cost of so many tokens, in US dollars, unrounded."""
        return (
            self.prompt_usd * prompt_tokens + self.completion_usd * completion_tokens
        ) / _MILLION


def dearest(prices: Iterable[Price]) -> Price | None:
    """Make the price that no call at one of *prices* can cost more than; None if there is none."""
    known = list(prices)
    if not known:
        return None
    return Price(max(p.prompt_usd for p in known), max(p.completion_usd for p in known))
