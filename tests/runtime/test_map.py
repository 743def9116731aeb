"""Many questions: in order, in bounded memory, fairly, within one budget, and stopped early."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import anyio
import pytest

from archon_runtime import ArchonError, BudgetSpec, Plan, Question, Result, Runtime
from archon_runtime.chat import ChatRequest, Message, Role
from archon_runtime.errors import BudgetExceeded, ProviderRefused
from archon_runtime.plan import ModelSpec
from archon_runtime.usage import Price
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]

ONE = make_plan({"draft": [Step("generator")]})
TWO = make_plan({"draft": [Step("generator")], "fuse": [Step("fuser")]})
MANY = 2_000


def asked(request: ChatRequest) -> str:
    return request.messages[-1].content


def echo(request: ChatRequest) -> Said:
    return Said(f"answer to {asked(request)}", after_s=1.0)


async def collect(
    lab: Scripted, questions: object, plan: Plan = ONE, **given: object
) -> list[tuple[int, Result | ArchonError]]:
    async with Runtime(providers={"lab": lab}) as runtime:
        return [each async for each in runtime.map(plan, questions, **given)]  # type: ignore[arg-type]


def text(outcome: Result | ArchonError) -> str:
    assert isinstance(outcome, Result), outcome
    return outcome.answer


def last_is_fast(request: ChatRequest) -> Said:
    return Said(asked(request), after_s=10.0 - int(asked(request)))


@pytest.mark.parametrize("ordered", [True, False])
async def test_answers_come_in_the_order_of_questions_or_of_completion(ordered: bool) -> None:
    numbers = [str(n) for n in range(8)]
    seen = await collect(Scripted(last_is_fast), numbers, concurrency=8, ordered=ordered)
    order = list(range(8)) if ordered else list(reversed(range(8)))
    assert [index for index, _ in seen] == order
    assert [text(outcome) for _, outcome in seen] == [str(index) for index in order]


async def test_one_failed_question_does_not_lose_the_others() -> None:
    def say(request: ChatRequest) -> Said:
        error = ProviderRefused("no") if asked(request) == "2" else None
        return Said("fine", error=error)

    seen = await collect(Scripted(say), ["0", "1", "2", "", "4"])
    kinds = [type(outcome).__name__ for _, outcome in seen]
    assert kinds == ["Result", "Result", "ProviderRefused", "QuestionInvalid", "Result"]


@pytest.mark.parametrize("ordered", [True, False])
async def test_stream_of_questions_is_read_no_further_than_it_is_answered(ordered: bool) -> None:
    read = given = most = 0

    def questions() -> Iterator[str]:
        nonlocal read
        for number in range(MANY):
            read += 1
            yield str(number)

    # The first one takes long: with `ordered` all others wait behind it.
    lab = Scripted(lambda r: Said("x", after_s=500.0 if asked(r) == "0" else 1.0))
    async with Runtime(providers={"lab": lab}) as runtime:
        batch = runtime.map(ONE, questions(), concurrency=16, ordered=ordered)
        async for index, outcome in batch:
            most = max(most, read - given)
            given += 1
            assert text(outcome) == "x"
            assert index < MANY
        assert not batch._done
        assert not runtime._runs
    assert given == MANY
    assert most <= 32
    assert lab.most_active <= 16
    assert batch.usage.calls == MANY


async def test_questions_may_be_an_async_stream_with_data_of_their_own() -> None:
    async def questions() -> AsyncIterator[str | Question]:
        yield "with the data of all"
        await anyio.sleep(5)
        yield Question((Message(Role.USER, "with its own"),), {"name": "mine"})

    plan = make_plan({"draft": [Step("generator")]})
    seen = await collect(Scripted(echo), questions(), plan, data={"name": "shared"})
    assert [text(outcome) for _, outcome in seen] == [
        "answer to with the data of all",
        "answer to with its own",
    ]


async def test_failure_of_the_stream_is_raised_as_it_is() -> None:
    def questions() -> Iterator[str]:
        yield "good"
        raise LookupError("the file is cut off")

    with pytest.raises(LookupError, match="cut off"):
        await collect(Scripted(echo), questions())


async def test_work_nearest_to_an_answer_goes_first() -> None:
    lab = Scripted(echo, concurrency=2)
    async with Runtime(providers={"lab": lab}) as runtime:
        begun_s = anyio.current_time()
        batch = runtime.map(TWO, [str(n) for n in range(20)], concurrency=20)
        seen_s = [anyio.current_time() - begun_s async for _ in batch]
    # Two slots, two calls a question: answers come steadily, not all at the end. A slot that
    # a draft leaves is given away before its fuser can ask; so all are a call later.
    assert seen_s[:-2] == pytest.approx([3.0 + 2.0 * (n // 2) for n in range(18)], abs=1.0)
    assert seen_s[-1] == pytest.approx(20.0)


async def test_older_questions_go_first() -> None:
    lab = Scripted(echo, concurrency=1)
    await collect(lab, [str(n) for n in range(9)], concurrency=9)
    assert [asked(request) for request in lab.requests] == [str(n) for n in range(9)]


async def test_budget_of_the_batch_holds_around_those_of_runs() -> None:
    model = ModelSpec("lab", "m", max_tokens=100, price=Price(Decimal(100), Decimal(300)))
    plan = make_plan(
        {"draft": [Step("generator")]}, models={"m": model}, budget=BudgetSpec(calls=1)
    )
    lab = Scripted(echo)
    async with Runtime(providers={"lab": lab}) as runtime:
        batch = runtime.map(plan, ["why?"] * 9, concurrency=4, budget=BudgetSpec(calls=5))
        seen = [outcome async for _, outcome in batch]
    assert len(lab.requests) == 5 == batch.usage.calls
    assert sum(isinstance(outcome, Result) for outcome in seen) == 5
    refused = [outcome for outcome in seen if isinstance(outcome, BudgetExceeded)]
    assert len(refused) == 4
    assert "the batch" in str(refused[0])


async def test_stop_ends_with_what_there_is() -> None:
    plan = make_plan({"draft": [Step("generator")], "fuse": [Step("fuser")]})

    def say(request: ChatRequest) -> Said:
        return Said("draft", 1.0) if request.purpose == "generator" else Said("fused", 600.0)

    lab = Scripted(say)
    async with Runtime(providers={"lab": lab}) as runtime:
        batch = runtime.map(plan, ["why?"] * 100, concurrency=4)
        await anyio.sleep(2.0)
        batch.stop()
        seen = [outcome async for _, outcome in batch]
        assert anyio.current_time() - lab.started_s[0] < 5.0
    assert [text(outcome) for outcome in seen] == ["draft"] * 4
    assert all(isinstance(outcome, Result) and outcome.degraded for outcome in seen)


async def test_time_of_the_batch_stops_it() -> None:
    lab = Scripted(echo)
    seen = await collect(lab, ["q"] * 100, concurrency=2, budget=BudgetSpec(time_s=10.5))
    answered = [outcome for _, outcome in seen if isinstance(outcome, Result)]
    assert len(answered) == 20
    assert len(seen) == 22  # two were under way, without a candidate


async def test_iteration_that_is_left_is_cancelled_with_the_runtime() -> None:
    lab = Scripted(lambda r: Said("x", after_s=1.0))
    async with Runtime(providers={"lab": lab}) as runtime:
        batch = runtime.map(ONE, iter(str(n) for n in range(10**9)), concurrency=3)
        async for index, _ in batch:
            if index == 5:
                break
    assert lab.active == 0
    assert len(lab.requests) <= 12
    assert batch._ledger.reserved == type(batch.usage)()


async def test_closed_batch_gives_nothing_more() -> None:
    lab = Scripted(echo)
    async with Runtime(providers={"lab": lab}) as runtime:
        batch = runtime.map(ONE, ["q"] * 5, concurrency=1)
        await anext(batch)
        batch.close()
        assert len([each async for each in batch]) <= 1
    assert lab.active == 0


async def test_error_in_the_runtime_s_block_is_raised_as_it_is() -> None:
    async def fail() -> None:
        async with Runtime(providers={"lab": Scripted(echo)}) as runtime:
            runtime.map(ONE, ["q"] * 5)
            await anyio.sleep(0.5)
            raise KeyError("mine")

    with pytest.raises(KeyError):
        await fail()


async def test_map_needs_an_entered_runtime() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        Runtime().map(ONE, ["q"])
