"""Judges and unit tests where the budget or the time runs out: nobody is lost, all is said."""

from __future__ import annotations

import pytest

from archon_runtime.chat import ChatRequest
from archon_runtime.errors import BudgetExceeded
from archon_runtime.plan import BudgetSpec, OnExhausted
from tests.runtime.judging import PLAIN, SHOWN, WRITES, asked, judge, lab, run, texts
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]


async def test_without_money_for_tests_candidates_go_on_as_they_came() -> None:
    plan = make_plan(
        {"draft": PLAIN, "tests": WRITES, "judge": judge(keep=2)},
        layer_budgets={"tests": BudgetSpec(calls=0)},
    )
    result = await run(plan, lab())
    assert texts(result) == ["draft 0", "draft 1"]
    assert [line for line in result.degraded if "layer `tests` wrote no tests" in line]
    notes = [note.message for note in result.trace.layers[2].notes if note.kind == "fallback"]
    assert notes == ["there are no tests to judge by; the order that came in is kept"]


async def test_a_generator_answers_without_tests_if_there_is_no_money_for_them() -> None:
    provider = lab()
    plan = make_plan(
        {"tests": WRITES, "draft": SHOWN}, layer_budgets={"tests": BudgetSpec(calls=0)}
    )
    result = await run(plan, provider)
    assert len(result.candidates) == 4
    assert asked(provider, "generator")[0].messages[-1].content == "What is 6 times 7?"


async def test_a_budget_that_must_not_run_out_ends_the_run() -> None:
    hard = BudgetSpec(calls=0, on_exhausted=OnExhausted.FAIL)
    plan = make_plan({"draft": PLAIN, "tests": WRITES}, layer_budgets={"tests": hard})
    with pytest.raises(BudgetExceeded):
        await run(plan, lab())


async def test_time_for_tests_does_not_count_the_wait_for_candidates() -> None:
    provider = lab({"unit_test_generator": 1.0, "generator": 60.0})
    plan = make_plan(
        {"draft": PLAIN, "tests": WRITES, "judge": judge()},
        layer_budgets={"tests": BudgetSpec(time_s=5.0)},
    )
    result = await run(plan, provider)
    assert len(result.candidates) == 4
    assert result.degraded == ()


async def test_time_of_those_who_wait_for_tests_begins_with_the_tests() -> None:
    provider = lab({"unit_test_generator": 60.0, "generator": 1.0})
    plan = make_plan(
        {"tests": WRITES, "draft": SHOWN}, layer_budgets={"draft": BudgetSpec(time_s=5.0)}
    )
    result = await run(plan, provider)
    assert len(result.candidates) == 4
    assert result.degraded == ()


async def test_tests_that_take_too_long_are_done_without() -> None:
    provider = lab({"unit_test_generator": 60.0, "generator": 30.0})
    plan = make_plan(
        {"draft": PLAIN, "tests": WRITES, "judge": judge(keep=3)},
        layer_budgets={"tests": BudgetSpec(time_s=5.0)},
    )
    result = await run(plan, provider)
    assert texts(result) == ["draft 0", "draft 1", "draft 2"]
    assert "wrote no tests" in result.degraded[0]


@pytest.mark.parametrize("calls", [0, 3, 4, 6])
async def test_a_verifier_cut_short_loses_nobody_who_might_be_right(calls: int) -> None:
    def text_of(request: ChatRequest) -> str:
        return "WRONG" if request.purpose == "verifier" else ""

    steps = [Step("verifier", options={"on_none": "fail"})]
    plan = make_plan(
        {"draft": PLAIN, "verify": steps}, layer_budgets={"verify": BudgetSpec(calls=calls)}
    )
    result = await run(plan, lab(text_of=text_of))
    assert texts(result) == [f"draft {n}" for n in range(4)]
    assert "was left out" in result.degraded[0]


@pytest.mark.parametrize("first", [None, 2])
async def test_a_verifier_cut_short_lets_those_go_on_that_it_found_right(first: int | None) -> None:
    def text_of(request: ChatRequest) -> str:
        return "RIGHT" if request.purpose == "verifier" else ""

    options = {} if first is None else {"first": first}
    plan = make_plan(
        {"draft": PLAIN, "verify": [Step("verifier", options=options)]},
        layer_budgets={"verify": BudgetSpec(calls=5)},
    )
    result = await run(plan, lab(text_of=text_of))
    assert all(each.verdict and each.verdict.right for each in result.candidates)
    assert result.candidates
    assert result.degraded


async def test_a_ranking_cut_short_puts_those_not_judged_last() -> None:
    plan = make_plan(
        {"tests": WRITES, "draft": PLAIN, "judge": judge()},
        layer_budgets={"judge": BudgetSpec(calls=2)},
    )
    result = await run(plan, lab())
    assert texts(result) == ["draft 1", "draft 0", "draft 2", "draft 3"]
    assert [each.test_results is None for each in result.candidates] == [False, False, True, True]
    assert "cut short" in result.degraded[0]


async def test_mended_tests_do_not_take_the_call_of_a_layer_before_them() -> None:
    said = {"generator": "draft", "critic": "### Critique 1\nGood.\n### Critique 2\nBad."}
    provider = Scripted(lambda r: Said(said.get(r.purpose, "none"), after_s=1.0))
    two = [Step("generator", options={"samples": 2})]
    plan = make_plan(
        {"draft": two, "notes": [Step("critic")], "tests": WRITES}, budget=BudgetSpec(calls=4)
    )
    result = await run(plan, provider)
    assert [c.critique for c in result.candidates] == ["Good.", "Bad."]
    assert result.trace.layers[2].tests == ()
    assert result.usage.calls == 4
