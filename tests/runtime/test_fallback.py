"""Fallbacks: which failures lead to the next model, what is booked, and who is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from archon_runtime import Plan, Result, Runtime
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import (
    BadResponse,
    BudgetExceeded,
    ContentFiltered,
    KeyRefused,
    PlanInvalid,
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)
from archon_runtime.event import CallFinished, Event
from archon_runtime.plan import BudgetSpec, ModelSpec
from archon_runtime.usage import Price, Usage
from tests.runtime.plans import MODEL, Step, make_plan
from tests.runtime.scripted import Said, Scripted

pytestmark = pytest.mark.anyio
virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)

CHEAP, DEAR = Price(Decimal(1), Decimal(2)), Price(Decimal(10), Decimal(20))


def models(**prices: Price) -> dict[str, ModelSpec]:
    """Three models, `a` that falls back on `b`, and `b` on `c`; named so at their provider."""
    named = {name: replace(MODEL, model=name, price=prices.get(name)) for name in "abc"}
    named["a"] = replace(named["a"], fallback=("b",))
    named["b"] = replace(named["b"], fallback=("c",))
    return named


def plan_for(named: dict[str, ModelSpec], budget: BudgetSpec | None = None) -> Plan:
    return make_plan({"draft": [Step("generator", "a")]}, models=named, budget=budget)


def failing(**errors: Callable[[], ProviderError]) -> Scripted:
    """A provider whose models fail as told, each with a new error every time."""

    def script(request: ChatRequest) -> Said:
        error = errors.get(request.model)
        return Said(f"from {request.model}", error=error() if error else None)

    return Scripted(script)


async def run(lab: Scripted, plan: Plan | None = None, events: list[Event] | None = None) -> Result:
    seen = [] if events is None else events
    async with Runtime(providers={"lab": lab}, on_event=seen.append) as runtime:
        return await runtime.run(plan or plan_for(models()), "why?")


@virtual
@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (lambda: ProviderUnavailable("down"), 3),
        (lambda: ProviderTimeout("late", billed=True), 3),
        (lambda: ProviderRateLimited("slow down"), 3),
        (lambda: BadResponse("no JSON", billed=True), 3),
        (lambda: ProviderRateLimited("come back tomorrow", retry_after_s=90_000), 1),
        (lambda: ProviderRefused("no such model"), 1),
        (lambda: KeyRefused("status 401"), 1),
    ],
)
async def test_next_model_answers_after_the_last_attempt(
    error: Callable[[], ProviderError], attempts: int
) -> None:
    events: list[Event] = []
    lab = failing(a=error)
    result = await run(lab, events=events)
    assert result.answer == "from b"
    assert result.candidates[0].model == "b"
    assert [request.model for request in lab.requests] == ["a"] * attempts + ["b"]
    finished = [event.model for event in events if isinstance(event, CallFinished)]
    assert finished == ["a"] * attempts + ["b"]
    notes = [note for layer in result.trace.layers for note in layer.notes]
    (told,) = [note.message for note in notes if note.kind == "fallback"]
    assert "`a` failed" in told
    assert "asked `b` instead" in told


@virtual
async def test_fallbacks_of_fallbacks_follow() -> None:
    lab = failing(a=lambda: ProviderRefused("no"), b=lambda: ProviderRefused("no"))
    assert (await run(lab)).candidates[0].model == "c"


@virtual
async def test_failure_of_the_last_is_raised_with_its_name() -> None:
    no = lambda: ProviderRefused("no")  # noqa: E731 - three times the same
    with pytest.raises(ProviderRefused) as caught:
        await run(failing(a=no, b=no, c=no))
    assert "model `c`" in caught.value.place
    assert caught.value.usage == Usage(calls=3)


async def test_what_a_filter_took_is_asked_of_nobody_else() -> None:
    lab = failing(a=lambda: ContentFiltered("filtered", billed=True))
    with pytest.raises(ContentFiltered):
        await run(lab)
    assert len(lab.requests) == 1


async def test_prompt_that_does_not_fit_goes_to_the_next() -> None:
    named = models()
    named["a"] = replace(named["a"], window=10)
    plan = plan_for(named)
    async with Runtime(providers={"lab": failing()}) as runtime:
        result = await runtime.run(plan, "word " * 100)
    assert result.candidates[0].model == "b"


async def test_call_is_reserved_at_the_dearest_price_and_booked_at_its_own() -> None:
    named = models(a=CHEAP, b=DEAR, c=CHEAP)
    worst = DEAR.cost_usd(64 + 8 + len("why?"), 100)
    enough = plan_for(named, BudgetSpec(cost_usd=worst))
    assert (await run(failing(), enough)).cost == CHEAP.cost_usd(10, 5)
    no = {"a": lambda: ProviderRefused("no")}
    assert (await run(failing(**no), enough)).cost == DEAR.cost_usd(10, 5)
    with pytest.raises(BudgetExceeded):
        await run(failing(), plan_for(named, BudgetSpec(cost_usd=DEAR.cost_usd(76, 15))))


@virtual
async def test_unknown_bill_is_booked_at_the_price_of_the_model_that_was_asked() -> None:
    named = models(a=CHEAP, b=DEAR, c=CHEAP)
    lab = failing(a=lambda: ProviderTimeout("late", billed=True))
    result = await run(lab, plan_for(named))
    assert result.cost == 3 * CHEAP.cost_usd(76, 100) + DEAR.cost_usd(10, 5)


async def test_cost_cannot_be_limited_without_the_price_of_a_fallback() -> None:
    plan = plan_for(models(a=CHEAP, b=CHEAP), BudgetSpec(cost_usd=Decimal(1)))
    lab = replace(plan.spec.providers["lab"], kind="openai")
    plan = Plan.from_spec(replace(plan.spec, providers={"lab": lab}))
    with pytest.raises(PlanInvalid, match="model `c` has no price"):
        await run(failing(), plan)


async def test_committed_reply_of_a_fallback_is_not_asked_for_again(tmp_path: Path) -> None:
    named = models()
    steps = {"draft": [Step("generator", "a")], "fuse": [Step("fuser", "c")]}
    plan = make_plan(steps, models=named)
    journal = tmp_path / "j.db"
    lab = failing(a=lambda: ProviderRefused("no"), c=lambda: ProviderRefused("no"))
    async with Runtime(providers={"lab": lab}, journal=journal) as runtime:
        with pytest.raises(ProviderRefused) as caught:
            await runtime.run(plan, "why?")
    again = failing()
    async with Runtime(providers={"lab": again}, journal=journal) as runtime:
        result = await runtime.run(resume=caught.value.run_id)
    assert [request.model for request in again.requests] == ["c"]
    assert result.answer == "from c"


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"c": ("a",)}, "a fallback of itself"),
        ({"c": ("c",)}, "a fallback of itself"),
        ({"c": ("d",)}, "unknown fallback 'd'"),
    ],
)
def test_plan_with_a_wrong_fallback_is_refused(
    changes: dict[str, tuple[str, ...]], part: str
) -> None:
    named = models() | {n: replace(models()[n], fallback=f) for n, f in changes.items()}
    with pytest.raises(PlanInvalid, match=part):
        Plan.from_json(plan_for(named).to_json())


def test_plan_keeps_its_fallbacks() -> None:
    plan = plan_for(models())
    assert Plan.from_json(plan.to_json()) == plan
