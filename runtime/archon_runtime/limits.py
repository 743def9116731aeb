"""A provider's limits: how many calls at once, how many in a time, and what it says itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from archon_runtime.errors import ProviderRateLimited
from archon_runtime.providers.base import Paced
from archon_runtime.token_window import TokenWindow
from archon_runtime.usage import Usage

__all__ = ["LONGEST_WAIT_S", "Traffic", "Turn"]

LONGEST_WAIT_S = 120.0
"""A provider that asks for a longer wait is not waited for."""


@dataclass(slots=True)
class Turn:
    """A call's turn; who has it tells whether it was sent, and what it was billed."""

    sent: bool = False
    billed_tokens: int | None = None


class Traffic:
    """Lets calls to one provider through, first come, first served.

    Starts are spaced evenly (1 / *rate_per_s* apart): no window of time, however
    the provider counts it, then sees more starts than the rate allows. A *paced* provider
    also says when its server is ready; a call that waits for that holds up only its model.

    Source: specs/runtime.md, rules C9 and C15.
    """

    def __init__(
        self, concurrency: int, rate_per_s: float | None = None, paced: Paced | None = None
    ) -> None:
        self._slots = anyio.Semaphore(max(1, concurrency))
        self._gap_s = 1.0 / rate_per_s if rate_per_s else 0.0
        self._next_start = 0.0
        self._paced = paced
        token_rate = None if paced is None else paced.token_rate
        self._tokens = None if token_rate is None else TokenWindow(token_rate)
        self._line = anyio.Lock(fast_acquire=True)
        self._model_lines: dict[str, anyio.Lock] = {}

    @asynccontextmanager
    async def turn(self, model: str, estimate: Usage) -> AsyncIterator[Turn]:
        """Wait for a free slot and for the time to start; hold the slot meanwhile.

        Raises:
            ProviderRateLimited: the provider asks for too long a wait.
            ProviderError: waiting will not help.
        """
        async with self._slots:
            turn = Turn()
            paced, window = self._paced, self._tokens
            if paced is not None:
                await self._admit(paced, model, estimate)
            entry = None
            try:
                async with self._line:
                    if window is not None:
                        entry = await window.take(estimate.tokens)
                    await self._wait_for_start()
                yield turn
            finally:
                if window is not None and entry is not None:
                    window.settle(entry, _counted(turn, estimate))
                if paced is not None and not turn.sent:
                    paced.withdraw(model, estimate)

    def pause(self, seconds: float) -> None:
        """Let nothing start for so long: the provider asked for it."""
        self._next_start = max(self._next_start, anyio.current_time() + seconds)

    async def _wait_for_start(self) -> None:
        # Looked at again after each wait: it may have been paused meanwhile.
        while (now := anyio.current_time()) < self._next_start:  # noqa: ASYNC110 - no event, time
            await anyio.sleep_until(self._next_start)
        if self._gap_s:
            self._next_start = now + self._gap_s

    async def _admit(self, paced: Paced, model: str, estimate: Usage) -> None:
        line = self._model_lines.get(model)
        if line is None:
            line = self._model_lines[model] = anyio.Lock(fast_acquire=True)
        async with line:
            while (wait_s := paced.admit(model, estimate)) > 0.0:
                if wait_s > LONGEST_WAIT_S:
                    raise ProviderRateLimited(
                        f"the provider asks to wait for {wait_s:.0f} s", retry_after_s=wait_s
                    )
                await anyio.sleep(wait_s)


def _counted(turn: Turn, estimate: Usage) -> int:
    if not turn.sent:
        return 0
    return estimate.tokens if turn.billed_tokens is None else turn.billed_tokens
