"""So many at once, and of those who wait, the one whose work is nearest to an answer first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush

import anyio
from anyio.lowlevel import checkpoint

__all__ = ["AT_ONCE", "Priority", "Turn", "Turns"]

Priority = tuple[int, int]
"""The layers that come after a call's own, and the age of its run: the least goes first."""

AT_ONCE: Priority = (0, 0)


@dataclass(slots=True, order=True)
class _Waiter:
    """Who waits. With equal priority, who came first goes first."""

    priority: Priority
    number: int
    is_called: anyio.Event = field(compare=False)
    has_left: bool = field(default=False, compare=False)


class Turn:
    """A turn that somebody has. It is left once, however often that is said."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave = leave
        self._has_left = False

    def leave(self) -> None:
        """Let the next one in."""
        if not self._has_left:
            self._has_left = True
            self._leave()


class Turns:
    """Lets at most *most* in at once.

    Deeper layers go first, so that what was begun is finished before more is begun: few
    questions are open at a time. Then older runs, so that none waits for ever: work in
    deeper layers of a younger run needs calls before it, for which the older one came first.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._count = 0
        self._waiting: list[_Waiter] = []

    @asynccontextmanager
    async def turn(self, priority: Priority = AT_ONCE) -> AsyncIterator[Turn]:
        """Wait to be let in; leave at the end, or before it."""
        await self._enter(priority)
        turn = Turn(self._leave)
        try:
            yield turn
        finally:
            turn.leave()

    async def _enter(self, priority: Priority) -> None:
        waiter: _Waiter | None = None
        if self._free:
            self._free -= 1
        else:
            self._count += 1
            waiter = _Waiter(priority, self._count, anyio.Event())
            heappush(self._waiting, waiter)
        try:
            if waiter is None:
                await checkpoint()
            else:
                await waiter.is_called.wait()
        except BaseException:
            if waiter is None or waiter.is_called.is_set():
                self._leave()
            else:
                waiter.has_left = True
            raise

    def _leave(self) -> None:
        while self._waiting:
            waiter = heappop(self._waiting)
            if not waiter.has_left:
                waiter.is_called.set()
                return
        self._free += 1
