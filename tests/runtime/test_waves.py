"""Samples in waves: what nobody asked for is not begun, and nothing waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest

from archon_runtime import Plan
from archon_runtime.candidate import CheckResult
from archon_runtime.chat import ChatRequest
from archon_runtime.checks import simulate_checks
from archon_runtime.errors import ArchonError, StepFailed
from archon_runtime.plan import BudgetSpec
from archon_runtime.sandbox.simulated import Simulated
from tests.runtime.plans import Nested, Step, make_plan
from tests.runtime.scripted import Said, Scripted
from tests.runtime.techniques import OWN, run

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]

Right = Callable[[int], bool]
THOUSAND = Step("generator", options={"samples": 1000})
VERIFY = Step("verifier", options={"first": 1})
TESTS = Step("unit_test_generator", options={"tests": 1})


def lab(right: Right, *, slow: Callable[[ChatRequest], float] | None = None) -> Scripted:
    """Draft, and judge draft number i to be right if *right* says so."""

    def say(request: ChatRequest) -> Said:
        ok = right(request.sample)
        text = {
            "generator": f"draft {request.sample}",
            "unit_test_generator": "Test 1: it is right",
            "verifier": "RIGHT" if ok else "WRONG",
            "unit_test_evaluator": f"Test 1: {'passed' if ok else 'failed'}",
        }.get(request.purpose, "said")
        return Said(text, 1.0 if slow is None else slow(request))

    return Scripted(say, concurrency=1000)


def sandbox(right: Right) -> Simulated:
    def judge(text: str) -> CheckResult:
        return CheckResult(right(int(text.split()[1])))

    return Simulated(simulate_checks(judge), lambda job: 0.5)


def count(lab: Scripted, purpose: str) -> int:
    return sum(request.purpose == purpose for request in lab.requests)


def judge_layer(technique: str, first: int) -> dict[str, list[Step]]:
    match technique:
        case "checker":
            options = {"check": {"command": ["true"]}, "first": first}
            return {"judge": [Step("checker", None, options)]}
        case "unit_test_evaluator":
            judge = Step(technique, options={"first": first})
            return {"tests": [TESTS], "judge": [judge]}
        case _:
            return {"judge": [Step(technique, options={"first": first})]}


@pytest.mark.parametrize("technique", ["checker", "verifier", "unit_test_evaluator"])
@pytest.mark.parametrize(
    ("first", "needed"), [(1, 1), (1, 2), (1, 10), (1, 100), (3, 30), (10, 20)]
)
async def test_a_thousand_samples_cost_at_most_twice_what_was_needed(
    technique: str, first: int, needed: int
) -> None:
    # Evenly spread, so that the last that was needed is number `needed - 1`.
    every = needed // first
    drafts = lab(lambda i: i % every == every - 1)
    plan = make_plan({"draft": [THOUSAND], **judge_layer(technique, first)})
    result = await run(plan, drafts, sandbox=sandbox(lambda i: i % every == every - 1))
    texts = [candidate.text for candidate in result.candidates]
    assert texts == [f"draft {every * k + every - 1}" for k in range(first)]
    assert count(drafts, "generator") <= 2 * needed + 2 * first
    assert result.degraded == ()


async def test_waves_grow_so_that_few_are_waited_for() -> None:
    drafts = lab(lambda i: i == 499)
    result = await run(make_plan({"draft": [THOUSAND], "judge": [VERIFY]}), drafts)
    assert result.answer == "draft 499"
    # 2, 4, 8, … 256: eight waves of a draft and two turns of the verifier.
    assert result.trace.seconds == pytest.approx(8 * 3.0)


@pytest.mark.parametrize("seed", range(2))
async def test_the_first_by_index_goes_on_whatever_order_they_come_in(seed: int) -> None:
    chance = Random(seed)
    right = {i for i in range(1000) if chance.random() < 0.05}
    answers = set()
    for round_ in range(3):
        waits = Random(f"{seed} {round_}")
        drafts = lab(right.__contains__, slow=lambda request, w=waits: w.uniform(0.0, 9.0))  # type: ignore[misc]
        judge = Step("verifier", options={"first": 2})
        result = await run(make_plan({"draft": [THOUSAND], "judge": [judge]}), drafts)
        answers.add(tuple(candidate.text for candidate in result.candidates))
    assert answers == {tuple(f"draft {i}" for i in sorted(right)[:2])}


async def test_if_none_passes_all_are_judged_and_go_on() -> None:
    plan = make_plan({"draft": [Step("generator", options={"samples": 50})], "judge": [VERIFY]})
    drafts = lab(lambda i: False)
    result = await run(plan, drafts)
    assert [c.text for c in result.candidates] == [f"draft {i}" for i in range(50)]
    assert count(drafts, "verifier") == 100


async def test_if_none_passes_and_that_is_an_error_all_were_judged() -> None:
    judge = Step("verifier", options={"first": 1, "on_none": "fail"})
    with pytest.raises(StepFailed, match="none of 50 candidates"):
        await run(
            make_plan({"draft": [Step("generator", options={"samples": 50})], "judge": [judge]}),
            lab(lambda i: False),
        )


async def test_samples_of_all_steps_are_asked_for_in_their_order() -> None:
    five = Step("generator", options={"samples": 5})
    drafts = lab(lambda i: i == 4)
    result = await run(make_plan({"draft": [five] * 40, "judge": [VERIFY]}), drafts)
    assert result.candidates[0].id == "draft.1#4"
    assert count(drafts, "generator") <= 12


async def test_demand_goes_through_layers_that_work_candidate_by_candidate() -> None:
    layers = {"draft": [THOUSAND], "tests": [TESTS], "polish": [Step("polish_on_demand")]}
    drafts = lab(lambda i: i == 3)
    result = await run(make_plan({**layers, "judge": [VERIFY]}, techniques=OWN), drafts)
    assert result.answer == "draft 3, said"
    assert count(drafts, "generator") <= 8
    assert count(drafts, "polish_on_demand") <= 8


async def test_reader_that_wants_all_gets_all_and_one_that_does_not_waits_for_no_wave() -> None:
    ten = Step("generator", options={"samples": 10})
    drafts = lab(lambda i: i == 0)
    result = await run(make_plan({"draft": [ten], "both": [VERIFY, Step("fuser")]}), drafts)
    assert count(drafts, "generator") == 10
    assert result.trace.seconds == pytest.approx(3.0)


async def test_nested_architectures_begin_when_they_are_asked_for() -> None:
    nested = [
        Nested(name, {"draft": [Step("generator")], "fuse": [Step("fuser")]})
        for name in ("a", "b", "c", "d", "e", "f")
    ]
    drafts = lab(lambda i: True)
    await run(make_plan({"all": nested, "judge": [VERIFY]}), drafts)
    assert count(drafts, "generator") == 2


def refusing(calls: int) -> list[Plan]:
    """Plans in which the budget of one layer or another binds early."""
    samples = Step("generator", options={"samples": 60})
    verified = {"draft": [samples], "judge": [VERIFY]}
    tested = {
        "draft": [samples],
        "tests": [TESTS],
        "judge": [Step("unit_test_evaluator", options={"first": 1})],
        "fuse": [Step("fuser")],
    }
    budget = BudgetSpec(calls=calls)
    return [
        make_plan(layers, layer_budgets=limits, budget=whole)
        for layers in (verified, tested)
        for limits, whole in [
            *(({name: budget}, None) for name in layers),
            *(({name: BudgetSpec(time_s=calls + 0.5)}, None) for name in layers),
            ({}, budget),
            ({}, BudgetSpec(time_s=calls + 0.5)),
        ]
    ]


@pytest.mark.parametrize("calls", [0, 1, 3, 7])
@pytest.mark.parametrize("number", range(16))  # so many are refusing plans
async def test_what_the_budget_refuses_holds_up_nobody(calls: int, number: int) -> None:
    drafts = lab(lambda i: False)
    answer = ""
    with suppress(ArchonError):
        answer = (await run(refusing(calls)[number], drafts)).answer
    # In half a second no draft is done; the only call may have gone to the tests.
    assert answer or calls == 0 or not count(drafts, "generator")
    assert drafts.active == 0


async def test_what_goes_through_a_layer_without_money_is_not_sampled_for_it() -> None:
    plan = make_plan(
        {"draft": [THOUSAND], "judge": [VERIFY]}, layer_budgets={"judge": BudgetSpec(calls=0)}
    )
    drafts = lab(lambda i: True)
    result = await run(plan, drafts)
    assert result.degraded
    assert count(drafts, "generator") < 10
