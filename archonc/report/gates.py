"""Limits on what an architecture may spend at most: gates for CI."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from archon_runtime.bounds import Bounds
from archon_runtime.plan import LayerSpec, ModelSpec, PlanSpec, model_chain, walk_steps
from archonc.report.amounts import exact_dollars, plural
from archonc.report.outline import layer_cost

__all__ = ["Exceeded", "Gates", "check_gates"]


@dataclass(frozen=True, slots=True)
class Gates:
    """The most that is allowed; None is no gate. `max_depth` counts calls in a row."""

    max_cost_usd: Decimal | None = None
    max_calls: int | None = None
    max_depth: int | None = None


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A gate that an architecture does not pass. No `bound`: there is none.

    `layer` contributes most, or is the first without a bound.
    """

    gate: str
    architecture: str
    limit: Decimal | int
    bound: Decimal | int | None
    layer: str
    message: str


def check_gates(plan: PlanSpec, gates: Gates) -> tuple[Exceeded, ...]:
    """List the gates that the most of a plan, without retries, exceeds."""
    found = (_cost(plan, gates), _calls(plan, gates), _depth(plan, gates))
    return tuple(each for each in found if each is not None)


def _cost(plan: PlanSpec, gates: Gates) -> Exceeded | None:
    limit, most = gates.max_cost_usd, plan.cost_most_usd
    if limit is None or (most is not None and most <= limit):
        return None
    if most is None:
        layer, why = next(_open_costs(plan))
        message = f"nothing bounds the cost of `{plan.name}`: {why}"
    else:
        costs = [
            (layer_cost([each], plan.models).most_usd or Decimal(0), each) for each in plan.layers
        ]
        share, layer = max(costs, key=lambda pair: pair[0])
        message = (
            f"`{plan.name}` costs up to {exact_dollars(most)} without retries: the layer "
            f"`{layer.name}` most, {exact_dollars(share)}"
        )
    gate = f"--max-cost {exact_dollars(limit)}"
    return Exceeded(gate, plan.name, limit, most, layer.name, message)


def _open_costs(plan: PlanSpec) -> Iterator[tuple[LayerSpec, str]]:
    """Give each layer whose cost has no bound, with the reason."""
    for layer in plan.layers:
        for step in walk_steps([layer]):
            if step.model is not None:
                for name in model_chain(plan.models, step.model):
                    why = _open_cost(name, plan.models[name], step.bounds)
                    if why:
                        yield layer, why.format(where=f"in the layer `{layer.name}`")


def _open_cost(name: str, model: ModelSpec, bounds: Bounds) -> str | None:
    """Say why the cost of a model's calls has no bound."""
    if model.price is None:
        return f"the price of `{name}` {{where}} is not known"
    if not model.price.prompt_usd and not model.price.completion_usd:
        return None  # free, however many tokens it takes
    if bounds.completion_tokens.most is None:
        return f"the model `{name}` {{where}} has no `max_tokens`"
    if bounds.prompt_tokens.most is None:
        return f"`{name}` {{where}} reads candidates of a model without `max_tokens`"
    return None


def _calls(plan: PlanSpec, gates: Gates) -> Exceeded | None:
    limit, most = gates.max_calls, plan.bounds.calls.most
    if limit is None or (most is not None and most <= limit):
        return None
    if most is None:
        layer = next(each for each in plan.layers if each.bounds.calls.most is None)
        message = f"nothing bounds the calls of `{plan.name}`: those of the layer `{layer.name}`"
    else:
        layer = max(plan.layers, key=lambda each: each.bounds.calls.most or 0)
        message = (
            f"`{plan.name}` makes up to {plural(most, 'call')} without retries: the layer "
            f"`{layer.name}` most, {layer.bounds.calls.most:,}"
        )
    return Exceeded(f"--max-calls {limit}", plan.name, limit, most, layer.name, message)


def _depth(plan: PlanSpec, gates: Gates) -> Exceeded | None:
    limit, depth = gates.max_depth, plan.bounds.depth
    if limit is None or depth <= limit:
        return None
    layer = max(plan.layers, key=lambda each: each.bounds.depth)
    message = (
        f"`{plan.name}` makes up to {plural(depth, 'call')} one after another, without retries: "
        f"the layer `{layer.name}` most, {layer.bounds.depth}"
    )
    return Exceeded(f"--max-depth {limit}", plan.name, limit, depth, layer.name, message)
