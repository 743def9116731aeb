"""Budgets of and around nested architectures: what is held back, cut short, and resumed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import anyio
import pytest

from archon_runtime import Plan, Result, Runtime
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import (
    BudgetExceeded,
    PlanInvalid,
    ProviderUnavailable,
    RunStopped,
)
from archon_runtime.plan import BudgetSpec, OnExhausted, ProviderSpec
from tests.runtime.plans import MODEL, Nested, Step, make_plan
from tests.runtime.scripted import Said, Scripted
from tests.runtime.techniques import run

pytestmark = pytest.mark.anyio
virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)

MODELS = {name: replace(MODEL, model=name) for name in ("one", "two", "m")}


def best_of(label: str, model: str, budget: BudgetSpec | None = None) -> Nested:
    draft = Step("generator", model, {"samples": 3})
    rank = Step("ranker", model, {"keep": 1})
    return Nested(label, {"draft": [draft], "rank": [rank]}, budget=budget)


def duel(
    one: BudgetSpec | None = None,
    *,
    budget: BudgetSpec | None = None,
    layer: BudgetSpec | None = None,
) -> Plan:
    """Three samples and a ranker on each side, then a fuser: 9 calls."""
    return make_plan(
        {"both": [best_of("a", "one", one), best_of("b", "two")], "fuse": [Step("fuser")]},
        budget=budget,
        layer_budgets={"both": layer} if layer else {},
        models=MODELS,
    )


def say(request: ChatRequest, after_s: float = 1.0) -> Said:
    shown = request.messages[-1].content.count("generator ")
    if request.purpose == "ranker":
        return Said(" > ".join(f"[{n}]" for n in range(shown, 0, -1)), after_s)
    return Said(f"{request.purpose} {request.model} {request.sample}", after_s)


def slow(*which: tuple[str, str]) -> Scripted:
    """A provider that takes very long for these purposes and models."""
    return Scripted(lambda r: say(r, 600.0 if (r.purpose, r.model) in which else 1.0))


def flaky(model: str) -> Scripted:
    """A provider at which each draft of *model* fails once."""
    failed: set[int] = set()

    def script(request: ChatRequest) -> Said:
        drafts = (request.purpose, request.model) == ("generator", model)
        if drafts and request.sample not in failed:
            failed.add(request.sample)
            return Said(error=ProviderUnavailable("down"))
        return say(request)

    return Scripted(script)


def texts(result: Result, layer: str) -> list[str]:
    return [c.text for each in result.trace.layers if each.layer == layer for c in each.outflow]


def calls(result: Result) -> dict[str, int]:
    return {layer.layer: layer.usage.calls for layer in result.trace.layers}


@virtual
@pytest.mark.parametrize("model", ["one", "two"])
async def test_retries_inside_starve_neither_the_other_side_nor_what_comes_later(
    model: str,
) -> None:
    result = await run(duel(budget=BudgetSpec(calls=11)), flaky(model))
    assert result.answer.startswith("fuser")
    spent = calls(result)
    assert [spent[name] for name in ("both.a.rank", "both.b.rank", "fuse")] == [1, 1, 1]
    assert spent["both.a.draft"] + spent["both.b.draft"] == 8
    assert len(result.degraded) == 1
    assert "1 of 3 places are empty" in result.degraded[0]


@virtual
async def test_budget_of_a_nested_architecture_holds_back_for_its_own_layers() -> None:
    result = await run(duel(BudgetSpec(calls=6)), flaky("one"))
    spent = calls(result)
    assert (spent["both.a.draft"], spent["both.a.rank"], spent["both.b.draft"]) == (5, 1, 3)
    assert "1 of 3 places are empty" in result.degraded[0]


@virtual
async def test_budget_of_a_nested_architecture_binds_only_its_layers() -> None:
    result = await run(duel(BudgetSpec(calls=3)), Scripted(say))
    assert calls(result) == {
        "both.a.draft": 2,
        "both.a.rank": 1,
        "both.b.draft": 3,
        "both.b.rank": 1,
        "both": 0,
        "fuse": 1,
    }
    assert texts(result, "both") == ["generator one 1", "generator two 2"]
    (degraded,) = result.degraded
    assert degraded.startswith("layer `both.a.draft`: 1 of 3 places are empty")


@virtual
async def test_nested_architecture_without_money_leaves_its_place_empty() -> None:
    result = await run(duel(BudgetSpec(calls=0)), Scripted(say))
    assert texts(result, "both") == ["generator two 2"]
    assert any(each.startswith("layer `both`: 1 of 2 places are") for each in result.degraded)


@virtual
async def test_exhausted_nested_budget_that_says_fail_is_raised() -> None:
    plan = duel(BudgetSpec(calls=2, on_exhausted=OnExhausted.FAIL))
    with pytest.raises(BudgetExceeded, match="`calls` is limited to 2") as caught:
        await run(plan, Scripted(say))
    assert caught.value.place == "budget of architecture `both.a`"
    assert caught.value.usage is not None


@virtual
async def test_time_of_a_nested_architecture_gives_the_best_it_has() -> None:
    result = await run(duel(BudgetSpec(time_s=5.0)), slow(("ranker", "one")))
    assert texts(result, "both") == ["generator one 0", "generator two 2"]
    assert result.trace.seconds == pytest.approx(6.0)
    assert result.degraded == (
        "`both.a`: `time` is limited to 5 s, and they are over; not finished: `both.a.rank`",
        "`both.a` answers from layer `both.a.draft`, its later layers made none",
    )
    assert calls(result)["fuse"] == 1


@virtual
async def test_time_of_a_nested_architecture_may_leave_it_without_an_answer() -> None:
    result = await run(duel(BudgetSpec(time_s=5.0)), slow(("generator", "one")))
    assert texts(result, "both") == ["generator two 2"]
    assert result.degraded[-1].startswith(
        "layer `both`: 1 of 2 places are empty: `time` is limited"
    )
    assert result.answer.startswith("fuser")


@virtual
async def test_nested_time_that_says_fail_is_raised() -> None:
    plan = duel(BudgetSpec(time_s=5.0, on_exhausted=OnExhausted.FAIL))
    with pytest.raises(BudgetExceeded, match="limited to 5 s") as caught:
        await run(plan, slow(("ranker", "one")))
    assert caught.value.place == "budget of architecture `both.a`"


@virtual
async def test_budget_of_a_layer_covers_what_is_nested_in_it() -> None:
    result = await run(duel(layer=BudgetSpec(calls=5)), Scripted(say))
    spent = calls(result)
    # Two samples and a ranker, and one sample, of which no ranker can choose.
    assert sum(spent.values()) == 5
    assert spent["fuse"] == 1
    assert len(texts(result, "both")) == 2


@virtual
async def test_time_of_a_layer_cuts_what_is_nested_in_it_and_takes_its_best() -> None:
    result = await run(duel(layer=BudgetSpec(time_s=5.0)), slow(("ranker", "two")))
    assert texts(result, "both") == ["generator one 2", "generator two 0"]
    assert result.answer.startswith("fuser")
    assert result.trace.seconds == pytest.approx(6.0)


@virtual
async def test_deadline_of_the_run_takes_the_best_of_what_is_nested() -> None:
    lab = slow(("ranker", "one"), ("ranker", "two"))
    result = await run(duel(budget=BudgetSpec(time_s=5.0)), lab)
    assert (result.answer, result.from_layer) == ("generator one 0", "both")
    assert [c.id for c in result.candidates] == ["both.a#0", "both.b#0"]
    cut = "not finished: `both.a.rank`, `both.b.rank`, `both`, `fuse`"
    assert result.degraded[0].endswith(cut)


@virtual
async def test_stop_takes_the_best_of_what_is_nested_or_is_an_error() -> None:
    async def stopped_after(seconds: float) -> Result:
        runtime = Runtime(providers={"lab": slow(("ranker", "two"))})

        async def stop() -> None:
            await anyio.sleep(seconds)
            runtime.stop()

        async with runtime, anyio.create_task_group() as group:
            group.start_soon(stop)
            try:
                return await runtime.run(duel(), "why?")
            except RunStopped as error:
                stopped = error
        raise stopped

    result = await stopped_after(3.5)
    assert [c.text for c in result.candidates] == ["generator one 2", "generator two 0"]
    with pytest.raises(RunStopped, match="stopped on request"):
        await stopped_after(0.5)


@virtual
@pytest.mark.parametrize("most", range(1, 10))
async def test_one_candidate_is_an_answer_whatever_the_limit(most: int) -> None:
    result = await run(duel(budget=BudgetSpec(calls=most)), Scripted(say))
    assert result.answer
    # A call that was held for a ranker is left over if only one sample comes to it.
    assert min(most, 3) <= result.usage.calls <= most
    assert bool(result.degraded) == (most < 9)
    if most > 2:
        assert result.from_layer == "fuse"


async def test_cost_limit_inside_needs_prices() -> None:
    spec = duel(BudgetSpec(cost_usd=Decimal(1))).spec
    plan = Plan.from_spec(replace(spec, providers={"lab": ProviderSpec("openai")}))
    with pytest.raises(PlanInvalid, match="model `one` has no price"):
        await run(plan, Scripted(say))
