"""One call: its retries, its bill, its limits, and what is refused before it is sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from archon_runtime import Result, Runtime
from archon_runtime.chat import ChatRequest, FinishReason, Message, Role
from archon_runtime.errors import (
    ArchonError,
    BadResponse,
    BudgetExceeded,
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
    WindowExceeded,
)
from archon_runtime.plan import BudgetSpec, ModelSpec
from archon_runtime.prompt_size import measure_prompt
from archon_runtime.usage import Price, Usage
from tests.runtime.plans import MODEL, Step, make_plan
from tests.runtime.scripted import Said, Scripted

pytestmark = pytest.mark.anyio
virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)


async def ask(
    lab: Scripted,
    *,
    samples: int = 1,
    budget: BudgetSpec | None = None,
    model: ModelSpec = MODEL,
    question: str = "why?",
) -> Result:
    plan = make_plan(
        {"draft": [Step("generator", options={"samples": samples})]},
        budget=budget,
        models={"m": model},
    )
    async with Runtime(providers={"lab": lab}) as runtime:
        return await runtime.run(plan, question)


def fail_first(times: int, error: ProviderError) -> Scripted:
    def script(request: ChatRequest) -> Said:
        return Said(error=error) if len(lab.requests) <= times else Said("fine")

    lab = Scripted(script)
    return lab


def kinds(result: Result) -> list[str]:
    return [note.kind for layer in result.trace.layers for note in layer.notes]


@virtual
async def test_retries_are_calls_and_are_noted() -> None:
    result = await ask(fail_first(2, ProviderUnavailable("down")))
    assert result.answer == "fine"
    assert result.usage == Usage(3, 10, 5)
    assert kinds(result) == ["retry", "retry"]


@virtual
async def test_third_failure_is_raised_with_its_place_and_what_was_spent() -> None:
    with pytest.raises(ProviderUnavailable, match="down") as caught:
        await ask(fail_first(3, ProviderUnavailable("down")))
    assert caught.value.place == "step draft.1, model `m`, attempt 3"
    assert caught.value.usage == Usage(calls=3)


async def test_refusal_is_not_tried_again() -> None:
    lab = fail_first(1, ProviderRefused("no such model"))
    with pytest.raises(ProviderRefused):
        await ask(lab)
    assert len(lab.requests) == 1


@virtual
async def test_retry_after_is_honoured_by_all_calls_of_the_provider() -> None:
    def script(request: ChatRequest) -> Said:
        limited = len(lab.requests) == 1
        return Said(error=ProviderRateLimited("slow down", retry_after_s=30) if limited else None)

    lab = Scripted(script, concurrency=1)
    await ask(lab, samples=3)
    assert min(start - lab.started_s[0] for start in lab.started_s[1:]) >= 30


@virtual
async def test_call_that_was_cut_after_sending_counts_at_its_reservation() -> None:
    budget = BudgetSpec(tokens=100_000)
    lab = fail_first(1, ProviderTimeout("no reply in 60 s", billed=True))
    result = await ask(lab, budget=budget)
    assert result.unknown_calls == 1
    assert result.usage.calls == 2
    assert result.usage.completion_tokens == 100 + 5
    assert "unknown" in kinds(result)


async def test_counts_that_are_not_stated_are_taken_at_their_bound() -> None:
    result = await ask(Scripted(lambda r: Said(prompt_tokens=None, completion_tokens=None)))
    assert result.usage.completion_tokens == 100
    assert result.usage.prompt_tokens == 64 + 8 + len("why?")
    assert kinds(result) == ["unstated"]


@virtual
async def test_empty_reply_is_paid_for_and_asked_again() -> None:
    with pytest.raises(BadResponse, match="empty") as caught:
        await ask(Scripted(lambda r: Said(" \n")))
    assert caught.value.usage == Usage(3, 30, 15)


async def test_reply_that_was_cut_off_is_a_truncated_candidate() -> None:
    result = await ask(Scripted(lambda r: Said("so far", finish_reason=FinishReason.LENGTH)))
    assert result.candidates[0].truncated


async def test_counted_prompt_larger_than_the_window_is_refused_unsent() -> None:
    lab = Scripted(lambda r: Said(), window=2048, counted=2048)
    with pytest.raises(WindowExceeded, match="has 2,048 tokens and the window of `m` holds 2,048"):
        await ask(lab)
    assert not lab.requests


async def test_counted_prompt_clips_the_reply_to_the_window() -> None:
    lab = Scripted(lambda r: Said(), window=2048, counted=2000)
    await ask(lab)
    assert lab.requests[0].max_tokens == 48


async def test_bounded_prompt_is_refused_only_if_it_cannot_fit() -> None:
    lab = Scripted(lambda r: Said())
    model = replace(MODEL, window=1000)
    await ask(lab, model=model, question="word " * 3_000)
    with pytest.raises(WindowExceeded, match="has at least 1,000 tokens"):
        await ask(lab, model=model, question="word " * 4_000)


@virtual
async def test_reply_is_clipped_to_what_the_budget_leaves() -> None:
    lab = Scripted(lambda r: Said())
    result = await ask(lab, budget=BudgetSpec(completion_tokens=40))
    assert lab.requests[0].max_tokens == 40
    assert kinds(result) == ["clipped"]


async def test_reply_is_not_clipped_to_a_few_tokens() -> None:
    lab = Scripted(lambda r: Said())
    with pytest.raises(BudgetExceeded, match="limited to 15"):
        await ask(lab, budget=BudgetSpec(completion_tokens=15))
    assert not lab.requests


@virtual
async def test_call_waits_for_room_that_others_may_give_back() -> None:
    lab = Scripted(lambda r: Said(after_s=1.0))
    result = await ask(lab, samples=8, budget=BudgetSpec(completion_tokens=250))
    assert len(result.candidates) == 8
    assert lab.most_active == 2
    assert {request.max_tokens for request in lab.requests} == {100}


@virtual
async def test_concurrency_of_the_provider_is_kept() -> None:
    lab = Scripted(lambda r: Said(after_s=1.0), concurrency=3)
    result = await ask(lab, samples=9)
    assert lab.most_active == 3
    assert result.trace.seconds == pytest.approx(3.0)


@virtual
async def test_rate_of_the_provider_spaces_the_starts() -> None:
    lab = Scripted(lambda r: Said(), rate=2.0)
    await ask(lab, samples=5)
    assert [s - lab.started_s[0] for s in lab.started_s] == pytest.approx([0, 0.5, 1, 1.5, 2])


async def test_bill_above_its_reservation_is_booked_marked_and_the_last() -> None:
    lab = Scripted(lambda r: Said(completion_tokens=500), concurrency=1)
    result = await ask(lab, samples=3, budget=BudgetSpec(tokens=10_000))
    assert len(lab.requests) == 1
    assert result.usage.completion_tokens == 500
    (note,) = [n for layer in result.trace.layers for n in layer.notes if n.kind == "overrun"]
    assert note.code == "R0111"
    assert "2 of 3 places are empty" in result.degraded[0]


async def test_cost_is_what_the_price_says() -> None:
    price = Price(Decimal("0.5"), Decimal("1.5"))
    model = replace(MODEL, price=price)
    budget = BudgetSpec(cost_usd=Decimal(1))
    result = await ask(Scripted(lambda r: Said()), model=model, budget=budget)
    assert result.cost == Decimal("0.0000125")


async def test_cost_cannot_be_limited_without_a_price() -> None:
    plan = make_plan({"draft": [Step("generator")]}, budget=BudgetSpec(cost_usd=Decimal(1)))
    spec = replace(plan.spec, providers={"lab": replace(plan.spec.providers["lab"], kind="openai")})
    async with Runtime(providers={"lab": Scripted(lambda r: Said())}) as runtime:
        with pytest.raises(ArchonError, match="model `m` has no price"):
            await runtime.run(type(plan).from_spec(spec), "why?")


@virtual
async def test_samples_of_a_seeded_model_have_seeds_of_their_own() -> None:
    lab = Scripted(lambda r: Said())
    await ask(lab, samples=3, model=replace(MODEL, seed=7))
    assert sorted(r.seed or 0 for r in lab.requests) == [7, 8, 9]


@virtual
async def test_reply_without_any_limit_is_not_bounded() -> None:
    lab = Scripted(lambda r: Said(after_s=1.0))
    result = await ask(lab, model=replace(MODEL, max_tokens=None))
    assert lab.requests[0].max_tokens is None
    assert kinds(result) == []


@pytest.mark.parametrize(
    ("text", "most"),
    [
        pytest.param("abc", 64 + 8 + 3, id="bytes"),
        pytest.param("ﷺ", 64 + 8 + 33, id="longer when normalised"),
        pytest.param("e\u0301" * 4, 64 + 8 + 12, id="shorter when normalised"),
        pytest.param("\ud800", 64 + 8 + 3, id="lone surrogate"),
    ],
)
def test_prompt_is_bounded_by_its_longest_form(text: str, most: int) -> None:
    assert measure_prompt((Message(Role.USER, text),), None).most == most
