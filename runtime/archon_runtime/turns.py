"""So many at once, and of those who wait, the one whose work is nearest to an answer first."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

import anyio
from anyio.lowlevel import checkpoint

__all__ = ["AT_ONCE", "Priority", "Turns"]

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

    async def acquire(self, priority: Priority = AT_ONCE) -> None:
        """Wait to be let in. Others have a turn first, even if there is room."""
        waiter: _Waiter | None = None
        if self._free:
            self._free -= 1
        else:
            self._count += 1
            waiter = _Waiter(priority, self._count, anyio.Event())
            heappush(self._waiting, waiter)
        is_in = False
        try:
            await (checkpoint() if waiter is None else waiter.is_called.wait())
            is_in = True
        finally:
            # Cancelled: what was given already goes to the next one.
            if not is_in:
                self._give_up(waiter)

    def _give_up(self, waiter: _Waiter | None) -> None:
        if waiter is None or waiter.is_called.is_set():
            self.release()
        else:
            waiter.has_left = True

    def release(self) -> None:
        """Let the next one in."""
        while self._waiting:
            waiter = heappop(self._waiting)
            if not waiter.has_left:
                waiter.is_called.set()
                return
        self._free += 1
