"""Find what a model costs: the program's word, then its kind's, then the table's."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from archon_runtime.usage import Price
from archonc.check.typed import PricedModel
from archonc.resolve.symbols import ModelSymbol

__all__ = ["FindPrice", "find_listed_price", "price_model"]

FindPrice = Callable[[str, str], Price | None]
"""Finds the price of a model by its provider's kind and its name there."""


def find_listed_price(kind: str, model: str) -> Price | None:
    """Look a model up in the table of prices."""
    # Imported here: most programs need no price, and the table is large.
    from archon_runtime.prices import find_price

    return find_price(kind, model)


def price_model(model: ModelSymbol, find: FindPrice) -> PricedModel:
    """Find the prices of a model and of all its fallbacks."""
    first, *others = (PricedModel(each, _price_of(each, find)) for each in model.chain())
    return PricedModel(first.symbol, first.price, tuple(others))


def _price_of(model: ModelSymbol, find: FindPrice) -> Price | None:
    if model.spec.price is not None:
        return model.spec.price
    if model.provider.kind.free:
        return Price(Decimal(0), Decimal(0))
    return find(model.provider.kind.name, model.spec.model)
