"""What bounds cost at a price: least and most in US dollars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from archon_runtime.bounds import Bounds
from archon_runtime.classes import dataclass
from archon_runtime.usage import Price, dearest

__all__ = ["Cost", "add_costs"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Least and most in US dollars; None where a price or a `max_tokens` is not known."""

    least_usd: Decimal | None
    most_usd: Decimal | None


def add_costs(spending: Iterable[tuple[Bounds, Sequence[Price | None]]]) -> Cost:
    """Add up what bounds cost; one price that is not known leaves all open.

    Of each step's bounds there are the prices of all models that may answer: the least
    is at the cheapest, the most at the dearest. What asks no model is left out by the
    caller; what is free costs nothing, whatever its bounds.
    """
    least = Decimal(0)
    most: Decimal | None = Decimal(0)
    for bounds, listed in spending:
        prices = [price for price in listed if price is not None]
        highest = dearest(prices)
        if highest is None or len(prices) < len(listed):
            return Cost(None, None)
        prompt, completion = bounds.prompt_tokens, bounds.completion_tokens
        least += min(price.cost_usd(prompt.least, completion.least) for price in prices)
        if highest.prompt_usd == 0 and highest.completion_usd == 0:
            continue
        if most is None or prompt.most is None or completion.most is None:
            most = None
        else:
            most += highest.cost_usd(prompt.most, completion.most)
    return Cost(least, most)
