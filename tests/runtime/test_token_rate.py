"""A rate of tokens on virtual time: kept over every minute, corrected by bills."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from archon_runtime.limits import Traffic
from archon_runtime.usage import Usage
from tests.runtime.paced import Paced

virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)


async def make_calls(
    traffic: Traffic, calls: Sequence[tuple[int, int, float]]
) -> list[tuple[float, int]]:
    """Make calls of (estimate, bill, seconds); tell when each started and what it was billed."""
    started: list[tuple[float, int]] = []

    async def call(estimate: int, bill: int, seconds: float) -> None:
        async with traffic.turn("m", Usage(1, estimate)) as turn:
            turn.sent = True
            started.append((anyio.current_time(), bill))
            await anyio.sleep(seconds)
            turn.billed_tokens = bill

    async with anyio.create_task_group() as group:
        for estimate, bill, seconds in calls:
            group.start_soon(call, estimate, bill, seconds)
            await anyio.lowlevel.checkpoint()
    return started


@pytest.mark.anyio
@virtual
async def test_tokens_of_a_minute_are_kept() -> None:
    traffic = Traffic(64, paced=Paced(100 / 60))
    started = await make_calls(traffic, [(50, 50, 1.0)] * 5)
    first = started[0][0]
    assert [at - first for at, _ in started] == pytest.approx([0, 0, 60, 60, 120])


@pytest.mark.anyio
@virtual
async def test_bill_below_the_estimate_makes_room_at_once() -> None:
    traffic = Traffic(64, paced=Paced(100 / 60))
    started = await make_calls(traffic, [(80, 20, 1.0)] * 3)
    first = started[0][0]
    assert [at - first for at, _ in started] == pytest.approx([0, 1, 60])


@pytest.mark.anyio
@virtual
async def test_call_that_is_cancelled_while_it_waits_takes_nothing() -> None:
    traffic = Traffic(64, rate_per_s=0.1, paced=Paced(100 / 60))
    await make_calls(traffic, [(10, 10, 0.0)])
    with anyio.move_on_after(5) as scope:
        await make_calls(traffic, [(90, 90, 0.0)])
    assert scope.cancelled_caught
    before = anyio.current_time()
    ((started, _),) = await make_calls(traffic, [(90, 90, 0.0)])
    assert started - before == pytest.approx(5)


@pytest.mark.anyio
@virtual
async def test_call_larger_than_a_minute_s_tokens_goes_alone() -> None:
    traffic = Traffic(64, paced=Paced(100 / 60))
    started = await make_calls(traffic, [(50, 50, 1.0), (900, 900, 1.0), (1, 1, 1.0)])
    first = started[0][0]
    assert [at - first for at, _ in started] == pytest.approx([0, 60, 120])


_CALLS = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 60), st.floats(0, 90)).map(
        lambda call: (max(call[0], call[1]), min(call[0], call[1]), call[2])
    ),
    max_size=25,
)


@given(_CALLS, st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_no_minute_sees_more_tokens_than_the_rate(
    calls: list[tuple[int, int, float]], concurrency: int
) -> None:
    traffic = Traffic(concurrency, paced=Paced(100 / 60))
    clock = MockClock(autojump_threshold=0)
    started = anyio.run(
        make_calls, traffic, calls, backend="trio", backend_options={"clock": clock}
    )
    assert len(started) == len(calls)
    for begin, _ in started:
        minute = sum(bill for at, bill in started if begin <= at < begin + 59.999)
        assert minute <= 100
