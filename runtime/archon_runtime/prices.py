"""What models cost, from a table that `make prices` generates out of `genai-prices`.

Prices are those of plain requests on the day the table was made: no batch or priority
tier, no surcharge on very long prompts, and no discount for what a provider caches.
Where a cache is filled only if a request says so, what that costs is left out too.
A program's own `price:` goes before them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from archon_runtime.classes import dataclass
from archon_runtime.usage import Price

__all__ = ["PriceTable", "find_price", "load_prices"]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The table: per kind of provider its models, each with a rule for its names."""

    source: str
    date: str
    kinds: Mapping[str, tuple[Mapping[str, Any], ...]]


def find_price(kind: str, model: str) -> Price | None:
    """Find the price of a provider's model, dated and alias names included."""
    name = model.lower()
    for entry in load_prices().kinds.get(kind, ()):
        if _matches(entry["match"], name):
            return Price(Decimal(entry["prompt_usd"]), Decimal(entry["completion_usd"]))
    return None


@cache
def load_prices() -> PriceTable:
    """Read the table, once, when it is first needed."""
    text = Path(__file__).with_name("prices.json").read_text(encoding="utf-8")
    table = json.loads(text)
    kinds = {kind: tuple(models) for kind, models in table["kinds"].items()}
    return PriceTable(table["source"], table["date"], kinds)


def _matches(rule: Mapping[str, Any], name: str) -> bool:
    """Apply a rule of the table to a name in lower case; genai-prices' words and meaning."""
    ((word, value),) = rule.items()
    match word:
        case "or":
            return any(_matches(each, name) for each in value)
        case "and":
            return all(_matches(each, name) for each in value)
        case "equals":
            return bool(name == value)
        case "starts_with":
            return name.startswith(value)
        case "ends_with":
            return name.endswith(value)
        case "contains":
            return value in name
        case _:
            return re.search(value, name) is not None
