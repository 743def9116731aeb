"""Plan files with nested architectures: read again, checked inside, and not too deep."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from archon_runtime.bounds import Bounds
from archon_runtime.errors import PlanInvalid
from archon_runtime.flow import NO_FLOW, Arity, Flow
from archon_runtime.plan import (
    Answer,
    BudgetSpec,
    Choose,
    LayerSpec,
    NestedSpec,
    PlanSpec,
    StepSpec,
    walk_layers,
    walk_nested,
    walk_steps,
)
from archon_runtime.plan_file import Plan
from tests.runtime.test_plan_file import BOUNDS, FLOW, make_spec

UNKNOWN = StepSpec("draft", "nosuch", "small", {}, None, NO_FLOW, FLOW, BOUNDS)


def make_nested(depth: int, *, check: bool = False) -> PlanSpec:
    """A plan whose only layer holds an architecture, that holds another, and so on."""
    spec = make_spec()
    (layer,) = spec.layers
    if check:
        options = {"check": {"command": ["true", "a b"]}}
        step = StepSpec("check", "checker", None, options, None, FLOW, FLOW, Bounds())
        layer = replace(layer, steps=(*layer.steps, step))
    for level in range(depth, 0, -1):
        name = ".".join(["l", *["x.l"] * (level - 1)])
        nested = NestedSpec(
            id=f"{name}.x",
            architecture="inner",
            layers=(layer,),
            answer=Answer(Choose.ALL) if level % 2 else Answer(),
            budget=BudgetSpec(calls=level),
            inflow=NO_FLOW,
            outflow=layer.outflow if level % 2 else Flow(Arity(1, 1)),
            bounds=BOUNDS,
        )
        layer = LayerSpec(name, (nested,), nested.outflow, BOUNDS)
    return replace(spec, layers=(layer,))


@pytest.mark.parametrize("depth", [1, 2, 100])
def test_nested_architectures_are_read_again(depth: int) -> None:
    plan = Plan.from_spec(make_nested(depth))
    text = plan.to_json()
    again = Plan.from_json(text)
    assert again.to_json() == text
    assert [step.id for step in walk_steps(again.spec.layers)] == ["draft"]
    assert [layer.name for layer in walk_layers(again.spec.layers)][:2] == [
        "draft",
        ".".join(["l", *["x.l"] * (depth - 1)]),
    ]
    assert [nested.budget for nested in walk_nested(again.spec.layers)] == [
        BudgetSpec(calls=level) for level in range(depth, 0, -1)
    ]


def test_architectures_nested_too_deep_are_refused() -> None:
    text = Plan.from_spec(make_nested(101)).to_json()
    with pytest.raises(PlanInvalid, match="nested more than 100 deep") as caught:
        Plan.from_json(text)
    assert caught.value.place == "#" + "/layers/0/steps/0" * 101


def test_what_a_nested_architecture_executes_is_told() -> None:
    assert Plan.from_spec(make_nested(2, check=True)).executes == (
        "check runs true 'a b' on each candidate, in a sandbox",
    )


DEEP = "/layers/0/steps/0" * 2


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        pytest.param(lambda s: s.pop("answer"), "", "'answer' is a required", id="field"),
        pytest.param(lambda s: s.update(model="small"), "", "'model' was unexpected", id="extra"),
        pytest.param(lambda s: s.update(layers=[]), "/layers", "[]", id="no layer"),
        pytest.param(
            lambda s: s["answer"].update(choose="last"), "/answer/choose", "'last'", id="choice"
        ),
        pytest.param(
            lambda s: s["layers"][0].update(steps=[7]), "/layers/0/steps/0", "7 is not", id="step"
        ),
        pytest.param(
            lambda s: s["layers"][0]["steps"][0].update(model=7),
            "/layers/0/steps/0/model",
            "7 is not of type",
            id="step inside",
        ),
    ],
)
def test_damage_inside_a_nested_architecture_is_named(change: Any, place: str, words: str) -> None:
    raw = json.loads(Plan.from_spec(make_nested(2)).to_json())
    change(raw["layers"][0]["steps"][0]["layers"][0]["steps"][0])
    with pytest.raises(PlanInvalid) as caught:
        Plan.from_json(json.dumps(raw))
    assert caught.value.place == "#" + DEEP + place
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param({"id": "l.x"}, "", id="id twice"),
        pytest.param({"layers": (make_spec().layers[0],) * 2}, "/layers/1", id="layer twice"),
        pytest.param({"outflow": Flow(Arity(1, 7))}, "/outflow", id="more places than answers"),
        pytest.param(
            {"layers": (replace(make_spec().layers[0], steps=(UNKNOWN,)),)},
            "/layers/0/steps/0",
            id="technique",
        ),
    ],
)
def test_names_inside_a_nested_architecture_are_checked(change: Any, place: str) -> None:
    spec = make_nested(2)
    outer = spec.layers[0].steps[0]
    assert isinstance(outer, NestedSpec)
    inner = replace(outer.layers[0].steps[0], **change)
    outer = replace(outer, layers=(replace(outer.layers[0], steps=(inner,)),))
    spec = replace(spec, layers=(replace(spec.layers[0], steps=(outer,)),))
    with pytest.raises(PlanInvalid) as caught:
        Plan.from_json(Plan.from_spec(spec).to_json())
    assert caught.value.place == "#" + DEEP + place
