"""Random plans: all techniques, nested architectures, budgets at every level, several models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from archon_runtime.flow import NO_FLOW, Arity, Flow
from archon_runtime.plan import Answer, BudgetSpec, Choose, ModelSpec, OnExhausted
from archon_runtime.plan_file import Plan
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.decode import decode_options
from archon_runtime.usage import Price
from tests.runtime.plans import Nested, Step, make_plan

__all__ = ["draw_plan"]

_LATER = {
    "fuser": 3,
    "critic": 2,
    "ranker": 3,
    "verifier": 3,
    "unit_test_generator": 2,
    "checker": 2,
    "voter": 2,
}
_DEEPEST = 2
_PRICE = Price(Decimal(100), Decimal(300))

Layers = dict[str, list[Step | Nested]]


def draw_plan(chance: Random, labs: tuple[str, ...]) -> Plan:
    """Draw a plan whose models are of the providers *labs*.

    Each step has a model of its own, so that a provider can tell who asks.
    """
    draw = _Draw(chance, labs)
    layers = draw.layers("", 0)
    plan = make_plan(
        layers,
        budget=draw.budget(7 * len(layers)) if chance.random() < 0.6 else None,
        layer_budgets=draw.layer_budgets,
        models=draw.models,
        answer=draw.answer(),
    )
    if chance.random() < 0.15:  # just enough calls: each one too many is one that is missing
        calls = plan.spec.bounds.calls.least + chance.randrange(3)
        plan = Plan.from_spec(replace(plan.spec, budget=BudgetSpec(calls=calls)))
    return plan


@dataclass
class _Draw:
    chance: Random
    labs: tuple[str, ...]
    models: dict[str, ModelSpec] = field(default_factory=dict)
    layer_budgets: dict[str, BudgetSpec] = field(default_factory=dict)

    def layers(self, prefix: str, depth: int) -> Layers:
        """Draw a row of layers through which candidates flow."""
        chance = self.chance
        made: Layers = {}
        flow = NO_FLOW
        if chance.random() < 0.15:
            flow = self._add(made, prefix, [self._step("unit_test_generator", flow)], flow)
        first = [self._source(f"{prefix}l{len(made)}", flow, depth) for _ in range(self._few(2))]
        flow = self._add(made, prefix, first, flow)
        for _ in range(chance.randrange(4 if depth else 5)):
            flow = self._add(made, prefix, self._later(flow), flow)
        return made

    def budget(self, calls: int) -> BudgetSpec:
        """Draw limits, about as many calls as given and what they would take."""
        chance = self.chance

        def maybe(most: int) -> int | None:
            return chance.randrange(most + 1) if chance.random() < 0.35 else None

        cents = maybe(10 * calls)
        return BudgetSpec(
            calls=maybe(calls),
            tokens=maybe(800 * calls),
            prompt_tokens=maybe(700 * calls),
            completion_tokens=maybe(60 * calls),
            cost_usd=None if cents is None else Decimal(cents) / 100,
            time_s=chance.choice([0.5, 5.0, 30.0, 120.0]) if chance.random() < 0.2 else None,
            on_exhausted=OnExhausted.FAIL if chance.random() < 0.15 else OnExhausted.DEGRADE,
        )

    def answer(self) -> Answer:
        """Draw how the answer is chosen."""
        choose = self.chance.choice([Choose.FIRST, Choose.FIRST, Choose.RANDOM, Choose.ALL])
        return Answer(choose, self.chance.choice([None, 7]) if choose is Choose.RANDOM else None)

    def _add(self, made: Layers, prefix: str, steps: list[Step | Nested], flow: Flow) -> Flow:
        name = f"l{len(made)}"
        made[name] = steps
        if self.chance.random() < 0.12:
            self.layer_budgets[prefix + name] = self.budget(6)
        return _flow_of(steps, flow)

    def _source(self, layer: str, flow: Flow, depth: int) -> Step | Nested:
        chance = self.chance
        if depth == _DEEPEST or chance.random() > 0.15:
            return self._step("generator", flow)
        label = f"n{chance.randrange(10**6)}"
        inside = self.layers(f"{layer}.{label}.", depth + 1)
        budget = self.budget(10) if chance.random() < 0.4 else None
        return Nested(label, inside, self.answer(), budget)

    def _later(self, flow: Flow) -> list[Step | Nested]:
        weights = dict(_LATER)
        if flow.tests:
            weights |= {"unit_test_evaluator": 8, "unit_test_generator": 0}
        (technique,) = self.chance.choices(list(weights), list(weights.values()))
        count = self._few(2) if technique == "fuser" else 1
        return [self._step(technique, flow) for _ in range(count)]

    def _few(self, most: int) -> int:
        return self.chance.randrange(1, most + 1)

    def _step(self, technique: str, flow: Flow) -> Step:
        options = _draw_options(technique, flow, self.chance)
        if not TECHNIQUES[technique].takes_model:
            return Step(technique, None, options)
        chance = self.chance
        name = f"m{len(self.models)}"
        self.models[name] = ModelSpec(
            chance.choice(self.labs),
            name,
            max_tokens=None if chance.random() < 0.05 else chance.choice([10, 60, 100]),
            seed=chance.choice([None, None, 3]),
            price=None if chance.random() < 0.1 else _PRICE,
        )
        return Step(technique, name, options)


def _flow_of(steps: list[Step | Nested], inflow: Flow) -> Flow:
    """Join what steps make, as the compiler does."""
    made = [_flow_of_one(step, inflow) for step in steps]
    flow = made[0]
    for each in made[1:]:
        flow = Flow(flow.arity + each.arity, flow.attachments & each.attachments, each.tests)
    return flow


def _flow_of_one(step: Step | Nested, inflow: Flow) -> Flow:
    if isinstance(step, Step):
        kind = TECHNIQUES[step.technique]
        flow = kind(decode_options(kind, step.options)).flow(inflow)
        assert isinstance(flow, Flow), flow
        return flow
    flow = NO_FLOW
    for steps in step.layers.values():
        flow = _flow_of(list(steps), flow)
    if step.answer.choose is Choose.ALL:
        return Flow(flow.arity)
    return Flow(Arity(min(1, flow.arity.low), 1))


def _draw_options(technique: str, flow: Flow, chance: Random) -> Mapping[str, object]:
    high = flow.arity.high or 1
    none: Mapping[str, object] = {}
    first = {"first": chance.randrange(1, high + 1)} if chance.random() < 0.5 else none
    kept = chance.randrange(1, high + 1)
    keep = chance.choice([none, {"keep": kept}, {"keep": {"keep": kept + 1, "up_to": True}}])
    yes = chance.random() < 0.5
    match technique:
        case "generator":
            shows = {"show_tests": True} if flow.tests and yes else none
            return {"samples": chance.randrange(1, 5), **shows}
        case "fuser":
            return {"samples": chance.randrange(1, 3), "use_critiques": yes}
        case "ranker":
            return {**keep, "use_critiques": yes}
        case "verifier":
            return {**first, "on_none": chance.choice(["pass", "best", "pass", "best", "fail"])}
        case "unit_test_generator":
            return {"tests": chance.randrange(1, 4)}
        case "unit_test_evaluator":
            everything: Mapping[str, object] = {"all": True}
            return chance.choice([keep, first, everything])
        case "checker":
            command = {"check": {"command": ["true"]}}
            return {**command, **first, "on_none": chance.choice(["pass", "pass", "fail"])}
        case _:
            return {}
