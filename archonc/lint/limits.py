"""The limits of an architecture and of its layers, each with what can be spent of it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from archon_runtime.bounds import Bounds, Sizes, add_high
from archon_runtime.classes import replace
from archon_runtime.flow import Arity
from archonc.check.bounds import cost_of
from archonc.check.typed import CheckedArchitecture, CheckedLayer, CheckedStep, leaf_steps
from archonc.source import Span

__all__ = ["Limit", "limits_of", "smooth_calls"]

_FIELDS = {
    "calls": "calls",
    "tokens": "tokens",
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "cost": "cost_usd",
}


class Limit(NamedTuple):
    """One limit. `most` is what its steps can spend without retries; None is open."""

    name: str
    value: int | Decimal
    most: int | Decimal | None
    steps: tuple[CheckedStep, ...]
    owner: str
    span: Span


def limits_of(architecture: CheckedArchitecture) -> Iterator[Limit]:
    """List the limits on calls, tokens and cost (time is no sum of what steps spend)."""
    yield from _limits(architecture, architecture.layers, f"`{architecture.name}`")
    for layer in architecture.layers:
        yield from _limits(layer, (layer,), f"the layer `{layer.name}`")


def _limits(
    owner: CheckedArchitecture | CheckedLayer, layers: tuple[CheckedLayer, ...], name: str
) -> Iterator[Limit]:
    if owner.budget is None:
        return
    steps = tuple(leaf_steps(layers))
    for limit, field in _FIELDS.items():
        value: int | Decimal | None = getattr(owner.budget, field)
        if value is not None:
            most = _most(limit, owner.bounds, steps)
            yield Limit(limit, value, most, steps, name, owner.limits.get(limit, owner.span))


def _most(limit: str, bounds: Bounds, steps: tuple[CheckedStep, ...]) -> int | Decimal | None:
    match limit:
        case "calls":
            return bounds.calls.most
        case "tokens":
            return add_high(bounds.prompt_tokens.most, bounds.completion_tokens.most)
        case "prompt_tokens":
            return bounds.prompt_tokens.most
        case "completion_tokens":
            return bounds.completion_tokens.most
        case _:
            return cost_of(steps).most_usd


def smooth_calls(steps: tuple[CheckedStep, ...]) -> int:
    """Tell the most calls that are made if no reply needs a repair.

    It is the least that is asked when as many candidates as can be flow into each step.
    """
    return sum(_least_of_most(step) for step in steps)


def _least_of_most(step: CheckedStep) -> int:
    high = step.inflow.arity.high
    inflow = replace(step.inflow, arity=Arity(high or 0, high))
    return step.technique.bounds(inflow, Sizes(0, 0, 0, 0, 0)).calls.least
