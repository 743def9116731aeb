"""`quorum` and `timeout` of a layer: from the text to the plan, and in what is said of it."""

from __future__ import annotations

import pytest

from archon_runtime.flow import Arity
from archon_runtime.plan import LayerSpec, PlanSpec
from archon_runtime.plan_file import Plan
from archonc import Source, compile_source
from archonc.report.changes import Change, Kind, compare
from archonc.report.explain import explain

PROGRAM = """archon 1
model m = openai("gpt-4o-mini", max_tokens: 100)
architecture drafts {
  layer draft { %s generator(m, samples: 8) }
  layer ranker(m, keep: up_to(3))
  layer fuser(m)
}
"""


def plan_of(settings: str) -> PlanSpec:
    source = Source("a.archon", PROGRAM % settings)
    compilation = compile_source(source, folder=None)
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan


def first_layer(settings: str) -> LayerSpec:
    return plan_of(settings).layers[0]


def test_settings_are_in_the_plan_and_the_quorum_in_the_flow() -> None:
    layer = first_layer("quorum: 6, timeout: 2min,")
    assert (layer.quorum, layer.timeout_s) == (6, 120.0)
    assert layer.outflow.arity == Arity(6, 8)
    # All are asked, whatever comes of it.
    assert layer.bounds.calls.most == 8


def test_timeout_alone_promises_no_less() -> None:
    layer = first_layer("timeout: 20s,")
    assert (layer.quorum, layer.timeout_s) == (None, 20.0)
    assert layer.outflow.arity == Arity(8, 8)


@pytest.mark.parametrize("settings", ["", "quorum: 6,", "timeout: 20s,", "quorum: 2, timeout: 3s,"])
def test_plan_comes_back_from_its_file(settings: str) -> None:
    spec = plan_of(settings)
    assert Plan.from_json(Plan.from_spec(spec).to_json()).spec == spec


def test_plan_without_settings_does_not_speak_of_them() -> None:
    text = Plan.from_spec(plan_of("")).to_json()
    assert "quorum" not in text
    assert "timeout_s" not in text


def test_explain_says_when_a_layer_goes_on() -> None:
    told = explain(plan_of("quorum: 6, timeout: 20s,"))
    assert "of the layer `draft`: goes on with 6 of 8; goes on after 20 s" in told


def test_diff_names_what_changed() -> None:
    found = compare(plan_of("quorum: 6,"), plan_of("quorum: 5, timeout: 20s,"))
    assert Change(Kind.OPTION, "draft", "quorum", "6", "5") in found
    assert Change(Kind.OPTION, "draft", "timeout_s", None, "20") in found
