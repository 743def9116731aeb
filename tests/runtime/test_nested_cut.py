"""What is left of nested architectures that are cut short, unneeded, or cut off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archon_runtime.chat import ChatRequest, FinishReason
from archon_runtime.errors import BudgetExceeded, ProviderUnavailable
from archon_runtime.plan import Answer, BudgetSpec, Choose
from tests.runtime.plans import Nested, Step, make_plan
from tests.runtime.scripted import Said, Scripted
from tests.runtime.techniques import OWN, run
from tests.runtime.test_nested_budget import MODELS, best_of, duel, say, slow

pytestmark = pytest.mark.anyio
virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)


@virtual
async def test_nothing_is_held_back_for_an_architecture_that_became_unneeded() -> None:
    plan = make_plan(
        {"both": [Step("generator"), best_of("b", "two")], "pick": [Step("first_only", None)]},
        budget=BudgetSpec(calls=2),
        models=MODELS,
        techniques=OWN,
    )
    tries = iter([ProviderUnavailable("down"), None])
    lab = Scripted(lambda r: replace(say(r), error=next(tries)))
    result = await run(plan, lab)
    assert (result.answer, result.usage.calls, result.degraded) == ("generator m 0", 2, ())


@virtual
async def test_place_that_became_unneeded_is_not_worked_on_inside() -> None:
    two = {"draft": [Step("generator", options={"samples": 4})], "polish": [Step("polish")]}
    plan = make_plan(
        {"both": [Nested("a", two, Answer(Choose.ALL))], "pick": [Step("first_only", None)]},
        techniques=OWN,
    )
    lab = Scripted(lambda r: Said(r.purpose, after_s=1.0 if r.sample else 5.0))
    result = await run(plan, lab)
    assert result.answer == "generator, polish"
    assert [r.purpose for r in lab.requests].count("polish") == 1


@virtual
async def test_something_left_out_inside_lets_an_earlier_layer_answer() -> None:
    nested = best_of("a", "one", BudgetSpec(calls=3))
    plan = make_plan(
        {"both": [nested], "pick": [Step("drop_all", None)]}, models=MODELS, techniques=OWN
    )
    result = await run(plan, Scripted(say))
    assert (result.answer, result.from_layer) == ("generator one 1", "both")


@virtual
async def test_run_that_ends_without_a_candidate_says_what_was_refused_inside() -> None:
    inner = {"inner": [best_of("x", "one", BudgetSpec(calls=0)), best_of("y", "two")]}
    plan = make_plan({"both": [Nested("a", inner)]}, models=MODELS, budget=BudgetSpec(time_s=5.0))
    with pytest.raises(BudgetExceeded, match="`calls` is limited to 0") as caught:
        await run(plan, slow(("generator", "two")))
    assert caught.value.place == "budget of architecture `both.a.inner.x`"


@virtual
async def test_cut_off_candidate_stays_marked_as_truncated() -> None:
    def cut_off(request: ChatRequest) -> Said:
        return replace(say(request), finish_reason=FinishReason.LENGTH)

    result = await run(duel(), Scripted(cut_off))
    (both,) = [layer for layer in result.trace.layers if layer.layer == "both"]
    assert [candidate.truncated for candidate in both.outflow] == [True, True]


@virtual
async def test_what_an_architecture_dropped_is_not_taken_when_its_layer_is_cut() -> None:
    gone = {"draft": [Step("generator")], "pick": [Step("drop_all", None)]}
    plan = make_plan(
        {"both": [Nested("gone", gone), best_of("b", "two")]},
        layer_budgets={"both": BudgetSpec(time_s=5.0)},
        models=MODELS,
        techniques=OWN,
    )
    result = await run(plan, slow(("ranker", "two")))
    assert [c.id for c in result.candidates] == ["both.b#0"]
    assert result.answer == "generator two 0"
