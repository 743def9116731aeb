"""Stopping: a deadline, a request, a cancellation from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest

from archon_runtime import Result, Runtime
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import BudgetExceeded, RunStopped
from archon_runtime.journal import CallState, Journal
from archon_runtime.plan import BudgetSpec, OnExhausted
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

pytestmark = pytest.mark.anyio
virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)


def slow_fuser(request: ChatRequest) -> Said:
    return Said(request.purpose, after_s=600.0 if request.purpose == "fuser" else 1.0)


def two_layers(**budget: Any) -> Any:
    return make_plan(
        {"draft": [Step("generator", options={"samples": 3})], "fuse": [Step("fuser")]},
        budget=BudgetSpec(**budget),
    )


async def stop_after(runtime: Runtime, plan: Any, seconds: float) -> Result:
    async with anyio.create_task_group() as group:

        async def stop() -> None:
            await anyio.sleep(seconds)
            runtime.stop()

        group.start_soon(stop)
        result = await runtime.run(plan, "why?")
        group.cancel_scope.cancel()
    return result


@virtual
async def test_deadline_gives_the_best_answer_so_far() -> None:
    async with Runtime(providers={"lab": Scripted(slow_fuser)}) as runtime:
        result = await runtime.run(two_layers(time_s=5.0), "why?")
    assert (result.answer, result.from_layer) == ("generator", "draft")
    assert result.trace.seconds == pytest.approx(5.0)
    assert result.degraded[0] == "`time` is limited to 5 s, and they are over; not finished: `fuse`"
    assert result.unknown_calls == 1


@virtual
async def test_deadline_that_says_fail_is_an_error_with_what_was_paid() -> None:
    plan = two_layers(time_s=5.0, on_exhausted=OnExhausted.FAIL)
    async with Runtime(providers={"lab": Scripted(slow_fuser)}) as runtime:
        with pytest.raises(BudgetExceeded, match="limited to 5 s") as caught:
            await runtime.run(plan, "why?")
    assert caught.value.usage is not None
    assert caught.value.usage.calls == 4


@virtual
async def test_stop_gives_the_best_answer_so_far_at_once() -> None:
    async with Runtime(providers={"lab": Scripted(slow_fuser)}) as runtime:
        begun_s = anyio.current_time()
        result = await stop_after(runtime, two_layers(), 3.0)
        assert anyio.current_time() - begun_s == pytest.approx(3.0)
    assert result.answer == "generator"
    assert "stopped on request; not finished: `fuse`" in result.degraded


@virtual
async def test_stop_before_one_candidate_is_an_error() -> None:
    async with Runtime(providers={"lab": Scripted(slow_fuser)}) as runtime:
        with pytest.raises(RunStopped, match="stopped on request"):
            await stop_after_error(runtime)


async def stop_after_error(runtime: Runtime) -> None:
    runs = runtime.run(two_layers(), "why?")
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as group:

            async def stop() -> None:
                await anyio.sleep(0.5)
                runtime.stop()

            group.start_soon(stop)
            try:
                await runs
            except RunStopped as error:
                stopped: RunStopped | None = error
            else:
                stopped = None
            scope.cancel()
    if stopped is not None:
        raise stopped


async def test_stop_takes_less_than_a_second_of_real_time(tmp_path: Path) -> None:
    def script(request: ChatRequest) -> Said:
        return Said(request.purpose, after_s=600.0 if request.purpose == "fuser" else 0.0)

    async with Runtime(providers={"lab": Scripted(script)}, journal=tmp_path / "j") as runtime:
        with anyio.fail_after(1.0):
            result = await stop_after(runtime, two_layers(), 0.05)
    assert result.answer == "generator"


@virtual
async def test_cancellation_from_outside_books_the_work_and_goes_on(tmp_path: Path) -> None:
    async with Runtime(providers={"lab": Scripted(slow_fuser)}, journal=tmp_path / "j") as runtime:
        with anyio.move_on_after(5.0) as scope:
            await runtime.run(two_layers(), "why?")
        assert scope.cancelled_caught
        journal = Journal.open(tmp_path / "j")
        (run,) = [row[0] for row in journal._connection.execute("SELECT id FROM runs")]
        states = sorted(call.state for call in journal.past_calls(run))
        assert states == [CallState.REPLIED] * 3 + [CallState.UNKNOWN]
        assert journal.run(run).status == "stopped"
        journal.close()
