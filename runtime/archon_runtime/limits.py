"""A provider's limits: how many calls at once, and how many may start in a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from archon_runtime.turns import AT_ONCE, Priority, Turn, Turns

__all__ = ["Traffic"]


class Traffic:
    """Lets calls to one provider through: those nearest to an answer first.

    Starts are spaced evenly (1 / *rate_per_s* apart): no window of time, however
    the provider counts it, then sees more starts than the rate allows.
    """

    def __init__(self, concurrency: int, rate_per_s: float | None = None) -> None:
        self._slots = Turns(max(1, concurrency))
        self._gap_s = 1.0 / rate_per_s if rate_per_s else 0.0
        self._next_start = 0.0

    @asynccontextmanager
    async def turn(self, priority: Priority = AT_ONCE) -> AsyncIterator[Turn]:
        """Wait for a free slot and for the time to start; hold the slot until it is left."""
        async with self._slots.turn(priority) as turn:
            await self._wait_for_start()
            yield turn

    def pause(self, seconds: float) -> None:
        """Let nothing start for so long: the provider asked for it."""
        self._next_start = max(self._next_start, anyio.current_time() + seconds)

    async def _wait_for_start(self) -> None:
        now = anyio.current_time()
        start = max(now, self._next_start)
        self._next_start = start + self._gap_s if self._gap_s else self._next_start
        if start > now:
            await anyio.sleep_until(start)
