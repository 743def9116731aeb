"""A provider's limits: how many calls at once, how many in a time, and what it says itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from archon_runtime.errors import ProviderRateLimited
from archon_runtime.providers.base import Paced

__all__ = ["LONGEST_WAIT_S", "Gate", "Traffic"]

LONGEST_WAIT_S = 120.0
"""A provider that asks for a longer wait is not waited for."""


class Traffic:
    """Lets calls to one provider through, first come, first served.

    Starts are spaced evenly (1 / *rate_per_s* apart): no window of time, however
    the provider counts it, then sees more starts than the rate allows.
    """

    def __init__(self, concurrency: int, rate_per_s: float | None = None) -> None:
        self._slots = anyio.Semaphore(max(1, concurrency))
        self._gap_s = 1.0 / rate_per_s if rate_per_s else 0.0
        self._next_start = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a free slot and for the time to start; hold the slot meanwhile."""
        async with self._slots:
            await self._wait_for_start()
            yield

    def pause(self, seconds: float) -> None:
        """Let nothing start for so long: the provider asked for it."""
        self._next_start = max(self._next_start, anyio.current_time() + seconds)

    async def _wait_for_start(self) -> None:
        now = anyio.current_time()
        start = max(now, self._next_start)
        self._next_start = start + self._gap_s if self._gap_s else self._next_start
        if start > now:
            await anyio.sleep_until(start)


class Gate:
    """Lets calls wait until their provider says that it is ready for their model.

    First come, first served, for each model; one that waits holds up no other model.
    """

    def __init__(self, paced: Paced) -> None:
        self._paced = paced
        self._lines: dict[str, anyio.Lock] = {}

    async def wait(self, model: str) -> None:
        """Wait until *model* may be asked.

        Raises:
            ProviderRateLimited: that would take too long.
            ProviderError: waiting will not help.
        """
        line = self._lines.get(model)
        if line is None:
            line = self._lines[model] = anyio.Lock(fast_acquire=True)
        async with line:
            while (wait_s := self._paced.ready_in_s(model)) > 0.0:
                if wait_s > LONGEST_WAIT_S:
                    raise ProviderRateLimited(
                        f"the provider asks to wait for {wait_s:.0f} s", retry_after_s=wait_s
                    )
                await anyio.sleep(wait_s)
