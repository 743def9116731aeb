"""Plans for tests, built without the compiler: flows and bounds from the techniques."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archon_runtime.bounds import Bounds, Sizes
from archon_runtime.flow import NO_FLOW, Arity, Flow
from archon_runtime.plan import (
    Answer,
    BudgetSpec,
    Choose,
    LayerSpec,
    ModelSpec,
    NestedSpec,
    PlanSpec,
    ProviderSpec,
    StepSpec,
)
from archon_runtime.plan_file import Plan
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Technique
from archon_runtime.techniques.decode import decode_options

__all__ = ["MODEL", "Nested", "Step", "make_plan"]

MODEL = ModelSpec(provider="lab", model="m", max_tokens=100)


@dataclass(frozen=True)
class Step:
    """A step to build; `model` names one of the plan's."""

    technique: str
    model: str | None = "m"
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Nested:
    """An architecture to build as a step; `label` is its name in the layer."""

    label: str
    layers: Mapping[str, Sequence[Step | Nested]]
    answer: Answer = field(default_factory=Answer)
    budget: BudgetSpec | None = None


@dataclass(frozen=True)
class _Given:
    """What all layers of a plan are built from; their limits by the full name of a layer."""

    techniques: Mapping[str, type[Technique[Any]]]
    models: Mapping[str, ModelSpec]
    budgets: Mapping[str, BudgetSpec]
    quorums: Mapping[str, int]
    timeouts_s: Mapping[str, float]


def make_plan(
    layers: Mapping[str, Sequence[Step | Nested]],
    *,
    budget: BudgetSpec | None = None,
    layer_budgets: Mapping[str, BudgetSpec] | None = None,
    quorums: Mapping[str, int] | None = None,
    timeouts_s: Mapping[str, float] | None = None,
    models: Mapping[str, ModelSpec] | None = None,
    techniques: Mapping[str, type[Technique[Any]]] | None = None,
    answer: Answer | None = None,
) -> Plan:
    """Build a plan whose provider is `lab` and whose model is `m`, unless said otherwise."""
    named = models or {"m": MODEL}
    given = _Given(
        {**TECHNIQUES, **(techniques or {})},
        named,
        layer_budgets or {},
        quorums or {},
        timeouts_s or {},
    )
    built = _layers(layers, "", given)
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
            bounds=_one_after_another(built),
            cost_least_usd=None,
            cost_most_usd=None,
            assumed={"retokenise": 1.3},
        )
    )


def _layers(
    layers: Mapping[str, Sequence[Step | Nested]], prefix: str, given: _Given
) -> tuple[LayerSpec, ...]:
    built: list[LayerSpec] = []
    flow = NO_FLOW
    for short, steps in layers.items():
        name = prefix + short
        made = tuple(
            _nested(name, step, flow, given)
            if isinstance(step, Nested)
            else _step(name, i, step, flow, given)
            for i, step in enumerate(steps)
        )
        flow, bounds = made[0].outflow, made[0].bounds
        for each in made[1:]:
            shared = flow.attachments & each.outflow.attachments
            flow = Flow(flow.arity + each.outflow.arity, shared, each.outflow.tests)
            bounds = bounds + each.bounds
        quorum, timeout_s = given.quorums.get(name), given.timeouts_s.get(name)
        if quorum is not None:
            flow = replace(flow, arity=Arity(min(quorum, flow.arity.low), flow.arity.high))
        built.append(
            LayerSpec(name, made, flow, bounds, given.budgets.get(name), quorum, timeout_s)
        )
    return tuple(built)


def _one_after_another(layers: tuple[LayerSpec, ...]) -> Bounds:
    bounds = Bounds()
    for layer in layers:
        bounds = bounds.then(layer.bounds)
    return bounds


def _nested(layer: str, step: Nested, inflow: Flow, given: _Given) -> NestedSpec:
    name = f"{layer}.{step.label}"
    layers = _layers(step.layers, f"{name}.", given)
    made = layers[-1].outflow.arity
    arity = made if step.answer.choose is Choose.ALL else Arity(min(1, made.low), 1)
    return NestedSpec(
        id=name,
        architecture=step.label,
        layers=layers,
        answer=step.answer,
        budget=step.budget,
        inflow=inflow,
        outflow=Flow(arity),
        bounds=_one_after_another(layers),
    )


def _step(layer: str, index: int, step: Step, inflow: Flow, given: _Given) -> StepSpec:
    kind = given.techniques[step.technique]
    technique = kind(decode_options(kind, step.options))
    outflow = technique.flow(inflow)
    assert isinstance(outflow, Flow), outflow
    most = given.models[step.model].max_tokens if step.model else None
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
