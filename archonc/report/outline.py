"""From a plan to its outline: layers with their parts, equal steps taken together, costs.

Tables and drawings are made of outlines, so that they show the same and know nothing of
how a plan is laid out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archon_runtime.bounds import Bounds
from archon_runtime.cost import Cost, add_costs
from archon_runtime.flow import NO_FLOW, Flow
from archon_runtime.plan import BudgetSpec, LayerSpec, ModelSpec, PlanSpec, StepSpec
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import OptionKind, options_of

__all__ = [
    "LayerOutline",
    "Part",
    "layer_cost",
    "leaf_steps",
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
class LayerOutline:
    """One layer; `inflow` is what the layer before it gives."""

    name: str
    parts: tuple[Part, ...]
    inflow: Flow
    outflow: Flow
    bounds: Bounds
    cost: Cost
    budget: BudgetSpec | None


def outline(plan: PlanSpec) -> tuple[LayerOutline, ...]:
    """List the layers of a plan, in order."""
    return _outline(plan.layers, NO_FLOW, plan.models)


def _outline(
    layers: Sequence[LayerSpec], inflow: Flow, models: Mapping[str, ModelSpec]
) -> tuple[LayerOutline, ...]:
    found = []
    for layer in layers:
        found.append(
            LayerOutline(
                layer.name,
                tuple(_parts(layer)),
                inflow,
                layer.outflow,
                layer.bounds,
                layer_cost([layer], models),
                layer.budget,
            )
        )
        inflow = layer.outflow
    return tuple(found)


def _parts(layer: LayerSpec) -> Iterator[Part]:
    part: Part | None = None
    for step in layer.steps:
        if part is not None and _equal(part.step, step):
            part = Part(part.count + 1, part.step, part.technique, part.model, part.options)
            continue
        if part is not None:
            yield part
        options = written_options(step)
        part = Part(1, step, step.technique, step.model, options)
    if part is not None:
        yield part


def _equal(left: StepSpec, right: StepSpec) -> bool:
    return (left.technique, left.model, left.options, left.prompt, left.outflow, left.bounds) == (
        right.technique,
        right.model,
        right.options,
        right.prompt,
        right.outflow,
        right.bounds,
    )


def layer_cost(layers: Sequence[LayerSpec], models: Mapping[str, ModelSpec]) -> Cost:
    """Add up what layers cost; unknown if a model of theirs has no price."""
    return add_costs(
        (step.bounds, models[step.model].price)
        for step in leaf_steps(layers)
        if step.model is not None
    )


def leaf_steps(layers: Sequence[LayerSpec]) -> Iterator[StepSpec]:
    """List all steps that run a technique, in order."""
    for layer in layers:
        yield from layer.steps


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
