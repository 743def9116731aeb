"""Plans for tests, built without the compiler: flows and bounds from the techniques."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archon_runtime.bounds import Bounds, Sizes
from archon_runtime.flow import NO_FLOW, Flow
from archon_runtime.plan import (
    Answer,
    BudgetSpec,
    LayerSpec,
    ModelSpec,
    PlanSpec,
    ProviderSpec,
    StepSpec,
)
from archon_runtime.plan_file import Plan
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Technique
from archon_runtime.techniques.decode import decode_options

__all__ = ["MODEL", "Step", "make_plan"]

MODEL = ModelSpec(provider="lab", model="m", max_tokens=100)


@dataclass(frozen=True)
class Step:
    """A step to build; `model` names one of the plan's."""

    technique: str
    model: str | None = "m"
    options: Mapping[str, object] = field(default_factory=dict)


def make_plan(
    layers: Mapping[str, Sequence[Step]],
    *,
    budget: BudgetSpec | None = None,
    layer_budgets: Mapping[str, BudgetSpec] | None = None,
    models: Mapping[str, ModelSpec] | None = None,
    techniques: Mapping[str, type[Technique[Any]]] | None = None,
    answer: Answer | None = None,
) -> Plan:
    """Build a plan whose provider is `lab` and whose model is `m`, unless said otherwise."""
    named = models or {"m": MODEL}
    built = _layers(layers, {**TECHNIQUES, **(techniques or {})}, named, layer_budgets or {})
    bounds = Bounds()
    for layer in built:
        bounds = bounds.then(layer.bounds)
    return Plan.from_spec(
        PlanSpec(
            name="tested",
            source_sha256="0" * 64,
            providers={m.provider: ProviderSpec("simulated") for m in named.values()},
            models=named,
            prompts={},
            files={},
            layers=built,
            answer=answer or Answer(),
            budget=budget,
            bounds=bounds,
            cost_least_usd=None,
            cost_most_usd=None,
            assumed={"retokenise": 1.3},
        )
    )


def _layers(
    layers: Mapping[str, Sequence[Step]],
    known: Mapping[str, type[Technique[Any]]],
    models: Mapping[str, ModelSpec],
    budgets: Mapping[str, BudgetSpec],
) -> tuple[LayerSpec, ...]:
    built: list[LayerSpec] = []
    flow = NO_FLOW
    for name, steps in layers.items():
        made = tuple(_step(name, i, step, flow, known, models) for i, step in enumerate(steps))
        flow, bounds = made[0].outflow, made[0].bounds
        for step in made[1:]:
            shared = flow.attachments & step.outflow.attachments
            flow = Flow(flow.arity + step.outflow.arity, shared, step.outflow.tests)
            bounds = bounds + step.bounds
        built.append(LayerSpec(name, made, flow, bounds, budgets.get(name)))
    return tuple(built)


def _step(
    layer: str,
    index: int,
    step: Step,
    inflow: Flow,
    known: Mapping[str, type[Technique[Any]]],
    models: Mapping[str, ModelSpec],
) -> StepSpec:
    kind = known[step.technique]
    technique = kind(decode_options(kind, step.options))
    outflow = technique.flow(inflow)
    assert isinstance(outflow, Flow), outflow
    most = models[step.model].max_tokens if step.model else None
    sizes = Sizes(50, 200, candidate=most, critique=most, max_tokens=most, tests=most)
    return StepSpec(
        id=f"{layer}.{index + 1}",
        technique=step.technique,
        model=step.model,
        options=step.options,
        prompt=None,
        inflow=inflow,
        outflow=outflow,
        bounds=technique.bounds(inflow, sizes),
    )
