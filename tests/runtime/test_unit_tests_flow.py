"""Unit tests in whole runs: what waits for them, how long they last, who is found by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import anyio
import pytest

from archon_runtime.chat import ChatRequest
from archon_runtime.providers.simulated import Simulated
from archon_runtime.providers.simulated_quality import quality_of
from archon_runtime.providers.simulated_roles import SimulatedModels
from tests.runtime.judging import PLAIN, SHOWN, WRITES, asked, judge, lab, run, say, texts
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]


async def test_tests_before_candidates_are_shown_and_judged_by() -> None:
    provider = lab({"unit_test_generator": 5.0, "generator": 2.0})
    plan = make_plan({"tests": WRITES, "draft": SHOWN, "judge": judge(keep=2)})
    result = await run(plan, provider)
    assert texts(result) == ["draft 2", "draft 3"]
    for request in asked(provider, "generator"):
        assert "Test 2: It is even." in request.messages[-1].content
    assert result.trace.seconds == pytest.approx(7.0, abs=0.01)
    assert [layer.tests for layer in result.trace.layers] == [
        ("It is a number.", "It is even."),
        (),
        (),
    ]


async def test_who_does_not_show_tests_does_not_wait_for_them() -> None:
    provider = lab({"unit_test_generator": 5.0, "generator": 2.0})
    result = await run(
        make_plan({"tests": WRITES, "draft": PLAIN, "judge": judge(keep=1)}), provider
    )
    assert result.trace.seconds == pytest.approx(5.0, abs=0.01)
    assert asked(provider, "generator")[0].messages[-1].content == "What is 6 times 7?"


async def test_each_candidate_is_judged_when_it_is_there() -> None:
    begun = anyio.current_time()
    provider = Scripted(
        lambda r: (
            Said(f"draft {r.sample}", after_s=10.0 * r.sample)
            if r.purpose == "generator"
            else say(r)
        )
    )
    await run(make_plan({"draft": PLAIN, "tests": WRITES, "judge": judge(all=True)}), provider)
    judged_s = [
        started - begun
        for started, request in zip(provider.started_s, provider.requests, strict=True)
        if request.purpose == "unit_test_evaluator"
    ]
    assert judged_s == pytest.approx([0.0, 10.0, 20.0, 30.0], abs=0.1)


async def test_first_stops_sampling_through_a_layer_of_tests() -> None:
    provider = Scripted(
        lambda r: (
            Said(f"draft {2 - r.sample}", after_s=1.0 + 50.0 * r.sample)
            if r.purpose == "generator"
            else say(r)
        )
    )
    three = [Step("generator", options={"samples": 3})]
    plan = make_plan({"draft": three, "tests": WRITES, "judge": judge(first=1)})
    result = await run(plan, provider)
    assert texts(result) == ["draft 2"]
    assert result.trace.seconds == pytest.approx(1.0, abs=0.01)


async def test_tests_outlive_candidates_and_give_way_to_newer_ones() -> None:
    written = iter(["Test 1: Old.", "Test 1: New."])

    def text_of(request: ChatRequest) -> str:
        if request.purpose == "unit_test_generator":
            return next(written)
        return "Test 1: passed" if request.purpose == "unit_test_evaluator" else "draft"

    provider = lab(text_of=text_of)
    layers = {"tests": WRITES, "draft": PLAIN, "a": judge(), "fuse": [Step("fuser")], "b": judge()}
    await run(make_plan({**layers, "again": WRITES, "c": judge()}), provider)
    judged = [each.messages[-1].content for each in asked(provider, "unit_test_evaluator")]
    assert ["Test 1: Old." in text for text in judged] == [True] * 5 + [False]
    assert "Test 1: New." in judged[-1]


@pytest.mark.parametrize(
    "steps",
    [
        {"verify": [Step("verifier", options={"first": 1, "on_none": "best"})]},
        {"tests": WRITES, "judge": judge(keep=1)},
        {"tests": WRITES, "judge": judge(first=1)},
    ],
    ids=["verifier", "keep", "first"],
)
async def test_perfect_simulated_judges_find_a_right_answer(
    steps: Mapping[str, Sequence[Step]],
) -> None:
    roles = {"verifier": 1.0, "unit_test_generator": 1.0, "unit_test_evaluator": 1.0}
    for seed in range(5):
        models = SimulatedModels(seed=seed, skills={"m": {**roles, "generator": 0.3}})
        twenty = [Step("generator", options={"samples": 20})]
        result = await run(make_plan({"draft": twenty, **steps}), Simulated(models))
        drafts = [quality_of(each.text) or 0 for each in result.trace.layers[0].outflow]
        best = max(drafts)
        found = quality_of(result.candidates[0].text) or 0
        assert (found >= 0.5) == (best >= 0.5)
