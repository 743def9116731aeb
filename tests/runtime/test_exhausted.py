"""What a run does when a budget is used up: places stay empty, candidates go through."""

from __future__ import annotations

from itertools import pairwise

import anyio
import pytest

from archon_runtime import Plan, Runtime
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import BudgetExceeded, ProviderRefused
from archon_runtime.plan import BudgetSpec, ModelSpec, OnExhausted
from tests.runtime.plans import MODEL, Step, make_plan
from tests.runtime.scripted import Said, Scripted
from tests.runtime.techniques import OWN, run

pytestmark = pytest.mark.anyio
virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)


async def test_budget_of_calls_leaves_places_empty_and_says_so() -> None:
    plan = make_plan(
        {"draft": [Step("generator", options={"samples": 8})]}, budget=BudgetSpec(calls=5)
    )
    result = await run(plan, Scripted(lambda r: Said(f"{r.sample}")))
    assert [c.text for c in result.candidates] == ["0", "1", "2", "3", "4"]
    assert "layer `draft`: 3 of 8 places are empty: `calls` is limited to 5" in result.degraded[0]


@virtual
async def test_retries_of_samples_cannot_starve_the_fuser() -> None:
    plan = make_plan(
        {"draft": [Step("generator", options={"samples": 4})], "fuse": [Step("fuser")]},
        budget=BudgetSpec(calls=6),
    )
    failed: set[int] = set()

    def script(request: ChatRequest) -> Said:
        if request.purpose == "generator" and request.sample not in failed:
            failed.add(request.sample)
            return Said(error=ProviderRefusedOnce("down"))
        return Said(request.purpose)

    result = await run(plan, Scripted(script))
    assert result.answer == "fuser"
    assert result.usage.calls == 6


class ProviderRefusedOnce(ProviderRefused):
    """A failure that may be tried again."""

    retryable = True


@pytest.mark.parametrize("late", ["ranker", "critic", "fuser"])
async def test_step_that_cannot_ask_lets_its_candidates_through(late: str) -> None:
    plan = make_plan(
        {"draft": [Step("generator", options={"samples": 3})], "late": [Step(late)]},
        layer_budgets={"late": BudgetSpec(calls=0)},
    )
    result = await run(plan, Scripted(lambda r: Said(f"{r.sample}")))
    assert result.answer == "0"
    assert result.from_layer == "late"
    assert "layer `late` was left out" in result.degraded[0]


async def test_too_few_calls_for_all_leave_one_for_each_layer() -> None:
    plan = make_plan(
        {
            "draft": [Step("generator", options={"samples": 8})],
            "rank": [Step("ranker", options={"keep": 1})],
            "fuse": [Step("fuser")],
        },
        budget=BudgetSpec(calls=5),
    )
    said = {"ranker": "[2] > [1] > [3]", "fuser": "fused"}
    result = await run(plan, Scripted(lambda r: Said(said.get(r.purpose, "draft"))))
    assert [layer.usage.calls for layer in result.trace.layers] == [3, 1, 1]
    assert result.answer == "fused"


async def test_exhausted_budget_that_says_fail_is_raised_with_what_was_paid() -> None:
    budget = BudgetSpec(calls=2, on_exhausted=OnExhausted.FAIL)
    plan = make_plan({"draft": [Step("generator", options={"samples": 8})]}, budget=budget)
    with pytest.raises(BudgetExceeded, match="limited to 2") as caught:
        await run(plan, Scripted(lambda r: Said()))
    assert caught.value.usage is not None
    assert caught.value.usage.calls <= 2


async def test_budget_too_small_for_one_candidate_is_an_error() -> None:
    plan = make_plan(
        {"draft": [Step("generator")], "fuse": [Step("fuser")]}, budget=BudgetSpec(calls=0)
    )
    with pytest.raises(BudgetExceeded, match="limited to 0"):
        await run(plan, Scripted(lambda r: Said()))


async def test_layer_has_a_budget_of_its_own() -> None:
    plan = make_plan(
        {"draft": [Step("generator", options={"samples": 4})], "fuse": [Step("fuser")]},
        layer_budgets={"draft": BudgetSpec(calls=2)},
    )
    result = await run(plan, Scripted(lambda r: Said(r.purpose)))
    assert result.answer == "fuser"
    assert [layer.usage.calls for layer in result.trace.layers] == [2, 1]


@virtual
async def test_time_of_a_layer_counts_from_its_first_candidate() -> None:
    plan = make_plan(
        {
            "draft": [Step("generator", options={"samples": 3})],
            "polish": [Step("polish")],
        },
        layer_budgets={"polish": BudgetSpec(time_s=5.0)},
        techniques=OWN,
    )
    slow = {"generator": 10.0, "polish": 1.0}
    lab = Scripted(
        lambda r: Said(
            r.purpose, after_s=60.0 if (r.purpose, r.sample) == ("polish", 1) else slow[r.purpose]
        )
    )
    result = await run(plan, lab)
    assert [c.id for c in result.candidates] == ["draft.1#0", "draft.1#2"]
    assert result.trace.seconds == pytest.approx(15.0)
    assert "`time` is limited to 5 s" in result.degraded[0]


@virtual
async def test_call_that_waits_for_room_holds_no_slot_and_starts_in_its_turn() -> None:
    # Two samples fit at once. Both end at 10 s, and the next two must not start together then.
    plan = make_plan(
        {"draft": [Step("generator", options={"samples": 4})]},
        budget=BudgetSpec(completion_tokens=210),
    )
    lab = Scripted(lambda r: Said(after_s=10.0 - r.sample, completion_tokens=1), rate=1.0)
    result = await run(plan, lab)
    assert len(result.candidates) == 4
    gaps = [b - a for a, b in pairwise(lab.started_s)]
    assert min(gaps) == pytest.approx(1.0)


@virtual
async def test_call_that_waits_for_room_lets_another_run_use_the_provider() -> None:
    lab = Scripted(lambda r: Said(after_s=10.0, completion_tokens=1), concurrency=2)
    short = make_plan(
        {"draft": [Step("generator", options={"samples": 2})]},
        budget=BudgetSpec(completion_tokens=100),
    )
    free = make_plan({"draft": [Step("generator")]})
    ended_s: list[float] = []

    async def answer(runtime: Runtime, plan: Plan) -> None:
        await runtime.run(plan, "why?")
        ended_s.append(anyio.current_time())

    begun_s = anyio.current_time()
    async with Runtime(providers={"lab": lab}) as runtime, anyio.create_task_group() as group:
        group.start_soon(answer, runtime, short)
        await anyio.sleep(1.0)
        group.start_soon(answer, runtime, free)
    assert [each - begun_s for each in ended_s] == [pytest.approx(11.0), pytest.approx(20.0)]


@virtual
async def test_judging_first_candidates_does_not_take_the_call_of_the_last_layer() -> None:
    # Seven calls are the least of all. The second candidate is judged while the fourth is to come.
    judge = ModelSpec(provider="court", model="j", max_tokens=100)
    plan = make_plan(
        {
            "draft": [Step("generator", options={"samples": 4})],
            "verify": [Step("verifier", "j", options={"first": 1, "on_none": "best"})],
            "fuse": [Step("fuser", "j")],
        },
        budget=BudgetSpec(calls=7),
        models={"m": MODEL, "j": judge},
    )
    slow = Scripted(lambda r: Said("draft", after_s=10.0), concurrency=1)
    court = Scripted(lambda r: Said("fused" if r.purpose == "fuser" else "WRONG"))
    async with Runtime(providers={"lab": slow, "court": court}) as runtime:
        result = await runtime.run(plan, "why?")
    assert (result.answer, result.from_layer) == ("fused", "fuse")
    assert result.usage.calls == 7
