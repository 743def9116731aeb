"""What bounds cost at a price: least and most in US dollars."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from archon_runtime.bounds import Bounds
from archon_runtime.classes import dataclass
from archon_runtime.usage import Price

__all__ = ["Cost", "add_costs"]


@dataclass(frozen=True, slots=True)
class Cost:
    """Least and most in US dollars; None where a price or a `max_tokens` is not known."""

    least_usd: Decimal | None
    most_usd: Decimal | None


def add_costs(spending: Iterable[tuple[Bounds, Price | None]]) -> Cost:
    """Add up what bounds cost at their prices; one price that is not known leaves all open.

    What asks no model is left out by the caller; what is free costs nothing, whatever
    its bounds.
    """
    least = Decimal(0)
    most: Decimal | None = Decimal(0)
    for bounds, price in spending:
        if price is None:
            return Cost(None, None)
        least += price.cost_usd(bounds.prompt_tokens.least, bounds.completion_tokens.least)
        if price.prompt_usd == 0 and price.completion_usd == 0:
            continue
        prompt, completion = bounds.prompt_tokens.most, bounds.completion_tokens.most
        if most is None or prompt is None or completion is None:
            most = None
        else:
            most += price.cost_usd(prompt, completion)
    return Cost(least, most)
