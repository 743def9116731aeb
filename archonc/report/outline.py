"""From a plan to its outline: layers with their parts, equal steps taken together, costs.

Tables and drawings are made of outlines, so that they show the same and know nothing of
how a plan is laid out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from archon_runtime.bounds import Bounds
from archon_runtime.classes import dataclass, replace
from archon_runtime.cost import Cost, add_costs
from archon_runtime.flow import NO_FLOW, Flow
from archon_runtime.plan import (
    BudgetSpec,
    LayerSpec,
    ModelSpec,
    NestedSpec,
    PlanSpec,
    StepSpec,
    model_chain,
    walk_steps,
)
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import OptionKind, options_of

__all__ = [
    "LayerOutline",
    "NestedPart",
    "Part",
    "carried",
    "layer_cost",
    "outline",
    "write_option",
    "written_options",
]


@dataclass(frozen=True, slots=True)
class Part:
    """So many steps in a row that differ in nothing but their names.

    `model` is the model's name in the plan. `options` are those that differ from what
    the technique takes by itself, written as in the language.
    """

    count: int
    step: StepSpec
    technique: str
    model: str | None
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NestedPart:
    """So many architectures in a row, as steps, that differ in nothing but their names."""

    count: int
    step: NestedSpec
    layers: tuple[LayerOutline, ...]
    cost: Cost


@dataclass(frozen=True, slots=True)
class LayerOutline:
    """One layer; `inflow` is what the layer before it gives."""

    name: str
    parts: tuple[Part | NestedPart, ...]
    inflow: Flow
    outflow: Flow
    bounds: Bounds
    cost: Cost
    budget: BudgetSpec | None
    enough: tuple[str, ...] = ()


def outline(plan: PlanSpec) -> tuple[LayerOutline, ...]:
    """List the layers of a plan, in order; those inside a nested step are in its part."""
    return _outline(plan.layers, plan.models)


def _outline(
    layers: Sequence[LayerSpec], models: Mapping[str, ModelSpec]
) -> tuple[LayerOutline, ...]:
    found, inflow = [], NO_FLOW
    for layer in layers:
        found.append(
            LayerOutline(
                layer.name,
                tuple(_part(steps, models) for steps in _together(layer.steps)),
                inflow,
                layer.outflow,
                layer.bounds,
                layer_cost([layer], models),
                layer.budget,
                enough_words(layer),
            )
        )
        inflow = layer.outflow
    return tuple(found)


def enough_words(layer: LayerSpec) -> tuple[str, ...]:
    """Say when a layer goes on though not all of it is done."""
    words = []
    if layer.quorum is not None:
        words.append(f"goes on with {layer.quorum} of {layer.outflow.arity.high}")
    if layer.timeout_s is not None:
        words.append(f"goes on after {layer.timeout_s:g} s")
    return tuple(words)


Step = StepSpec | NestedSpec


def _together(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Take steps in a row together that are the same."""
    for _, same in groupby(steps, key=_unnamed):
        yield list(same)


def _part(steps: Sequence[Step], models: Mapping[str, ModelSpec]) -> Part | NestedPart:
    first = steps[0]
    if isinstance(first, NestedSpec):
        cost = layer_cost(first.layers, models)
        return NestedPart(len(steps), first, _outline(first.layers, models), cost)
    return Part(len(steps), first, first.technique, first.model, written_options(first))


def _unnamed(step: Step) -> Step:
    """Give a step without its id, and what is in it without the id before their names."""
    if isinstance(step, StepSpec):
        return replace(step, id="")
    layers = tuple(
        replace(
            layer,
            name=layer.name.removeprefix(step.id),
            steps=tuple(_unnamed(each) for each in layer.steps),
        )
        for layer in step.layers
    )
    return replace(step, id="", layers=layers)


def layer_cost(layers: Sequence[LayerSpec], models: Mapping[str, ModelSpec]) -> Cost:
    """Add up what layers cost; unknown if a model of theirs has no price."""
    return add_costs(
        (step.bounds, [models[each].price for each in model_chain(models, step.model)])
        for step in walk_steps(layers)
        if step.model is not None
    )


def carried(flow: Flow) -> str:
    """Write what candidates carry, and whether unit tests flow beside them."""
    words = sorted(each.value.replace("_", " ") for each in flow.attachments)
    return ", ".join([*words, *(["unit tests"] if flow.tests else [])])


def written_options(step: StepSpec) -> tuple[str, ...]:
    """Write a step's options as the language does, without those that have their default."""
    technique = TECHNIQUES.get(step.technique)
    known = {} if technique is None else {o.name: o for o in options_of(technique.options_type)}
    return tuple(
        f"{name}: {write_option(value, known[name].kind if name in known else None)}"
        for name, value in step.options.items()
        if name not in known or known[name].required or known[name].default != value
    )


def write_option(value: object, kind: OptionKind | None = None) -> str:
    """Write the value of an option, as plain JSON, as the language does."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() | int() if kind is OptionKind.DURATION:
            return f"{value:g}s"
        case str() if kind is OptionKind.TEXT:
            return _quoted(value)
        case {"keep": kept, "up_to": True}:
            return f"up_to({kept})"
        case {"command": [*words]}:
            return f"command({', '.join(_quoted(str(word)) for word in words)})"
        case {"file": file, "function": function}:
            return f"python({_quoted(f'{file}:{function}')})"
        case _:
            return str(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
