"""Turns: so many at once, the nearest to an answer first, and nobody lost by cancellation."""

from __future__ import annotations

import anyio
import pytest

from archon_runtime.limits import Traffic
from archon_runtime.turns import Priority, Turns
from archon_runtime.usage import NOTHING

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]


async def hold(turns: Turns, priority: Priority, order: list[Priority]) -> None:
    await turns.acquire(priority)
    try:
        order.append(priority)
        await anyio.sleep(1.0)
    finally:
        turns.release()


async def test_fewest_layers_left_go_first_then_the_older_run() -> None:
    turns, order = Turns(1), list[Priority]()
    async with anyio.create_task_group() as group:
        group.start_soon(hold, turns, (9, 9), order)
        await anyio.sleep(0.5)
        for priority in [(2, 1), (0, 7), (2, 0), (1, 3), (0, 5)]:
            group.start_soon(hold, turns, priority, order)
    assert order == [(9, 9), (0, 5), (0, 7), (1, 3), (2, 0), (2, 1)]


async def test_no_more_at_once_than_may_be() -> None:
    turns, order = Turns(3), list[Priority]()
    begun_s = anyio.current_time()
    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(hold, turns, (0, number), order)
    assert anyio.current_time() - begun_s == pytest.approx(4.0)
    assert turns._free == 3


async def test_cancelled_waiters_take_no_turn_with_them() -> None:
    turns, order = Turns(1), list[Priority]()
    async with anyio.create_task_group() as group:
        group.start_soon(hold, turns, (0, 0), order)
        await anyio.sleep(0.5)
        with anyio.move_on_after(0.2):
            await hold(turns, (0, 1), order)
        group.start_soon(hold, turns, (0, 2), order)
    assert order == [(0, 0), (0, 2)]
    assert turns._free == 1


async def test_turn_that_is_left_early_is_left_once() -> None:
    traffic = Traffic(1)
    async with traffic.turn("m", NOTHING) as first:
        first.leave()
        with anyio.fail_after(5):
            async with traffic.turn("m", NOTHING):
                assert traffic._slots._free == 0
        assert traffic._slots._free == 1
    assert traffic._slots._free == 1
