"""How many at once: slots of a provider, and tasks of a step, in order and when cancelled."""

from __future__ import annotations

from functools import partial

import anyio
import anyio.lowlevel
import pytest

from archon_runtime.errors import StepFailed
from archon_runtime.limits import Traffic
from archon_runtime.together import run_together
from archon_runtime.usage import NOTHING

pytestmark = pytest.mark.anyio


class Watched:
    """Counts how many are inside at once, and in which order they came."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.order: list[int] = []

    async def stay(self, number: int) -> None:
        self.order.append(number)
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            for _ in range(3):
                await anyio.lowlevel.checkpoint()
        finally:
            self.inside -= 1


async def test_slots_are_given_in_order_and_no_more_than_there_are() -> None:
    traffic, watched = Traffic(2), Watched()

    async def call(number: int) -> None:
        async with traffic.turn("m", NOTHING):
            await watched.stay(number)

    async with anyio.create_task_group() as group:
        for number in range(9):
            group.start_soon(call, number)
            await anyio.lowlevel.checkpoint()
    assert watched.order == list(range(9))
    assert watched.most == 2


async def test_who_is_cancelled_in_line_takes_no_slot_along() -> None:
    traffic, reached = Traffic(1), anyio.Event()

    async def call() -> None:
        async with traffic.turn("m", NOTHING):
            reached.set()

    async with anyio.create_task_group() as group:
        async with traffic.turn("m", NOTHING):
            with anyio.CancelScope() as given_up:
                given_up.cancel()
                await call()
            assert given_up.cancelled_caught
            group.start_soon(call)
            await anyio.lowlevel.checkpoint()
            assert not reached.is_set()
        with anyio.fail_after(5):
            await reached.wait()


async def test_who_is_cancelled_with_a_slot_in_hand_passes_it_on() -> None:
    traffic = Traffic(1)
    with anyio.CancelScope() as scope:
        scope.cancel()
        async with traffic.turn("m", NOTHING):
            raise AssertionError("it was let through")
    with anyio.fail_after(5):
        async with traffic.turn("m", NOTHING):
            pass


async def test_tasks_are_made_as_others_end() -> None:
    watched = Watched()
    await run_together([partial(watched.stay, number) for number in range(20)], at_once=3)
    assert watched.order == list(range(20))
    assert watched.most == 3


async def test_failure_ends_also_what_was_not_begun() -> None:
    watched = Watched()

    async def fail() -> None:
        raise StepFailed("no")

    with pytest.raises(StepFailed):
        await run_together([fail, *[partial(watched.stay, n) for n in range(20)]], at_once=1)
    assert watched.order == []
