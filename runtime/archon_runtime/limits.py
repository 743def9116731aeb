"""A provider's limits: how many calls at once, how many in a time, and what it says itself."""

from __future__ import annotations

import anyio

from archon_runtime.errors import ProviderRateLimited
from archon_runtime.providers.base import Paced
from archon_runtime.token_window import TakenTokens, TokenWindow
from archon_runtime.turns import AT_ONCE, Priority, Turns
from archon_runtime.usage import Usage

__all__ = ["LONGEST_WAIT_S", "Traffic", "Turn"]

LONGEST_WAIT_S = 120.0
"""A provider that asks for a longer wait is not waited for."""


class Turn:
    """A call's turn; who has it tells whether it was sent, and what it was billed."""

    __slots__ = (
        "_traffic",
        "admitted",
        "billed_tokens",
        "entry",
        "estimate",
        "has_slot",
        "model",
        "priority",
        "sent",
        "wait_s",
    )

    def __init__(self, traffic: Traffic, model: str, estimate: Usage, priority: Priority) -> None:
        self._traffic = traffic
        self.model = model
        self.estimate = estimate
        self.priority = priority
        self.has_slot = False
        self.admitted = False
        self.wait_s = 0.0
        self.entry: TakenTokens | None = None
        self.sent = False
        self.billed_tokens: int | None = None

    @property
    def counted(self) -> int:
        """How many tokens count against a rate: those billed, else as many as estimated."""
        if not self.sent:
            return 0
        return self.estimate.tokens if self.billed_tokens is None else self.billed_tokens

    def leave(self) -> None:
        """Let the next one in: the reply is there. What it was billed may be told later."""
        if self.has_slot:
            self.has_slot = False
            self._traffic.free_slot()

    async def __aenter__(self) -> Turn:
        """Wait for the turn; what was taken until a failure is given back."""
        entered = False
        try:
            await self._traffic.enter(self)
            entered = True
        finally:
            if not entered:
                self._traffic.end(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let others have their turn."""
        self._traffic.end(self)


class Traffic:
    """Lets calls to one provider through: those nearest to an answer first.

    Starts are spaced evenly (1 / *rate_per_s* apart): no window of time, however
    the provider counts it, then sees more starts than the rate allows. A *paced* provider
    also says when its server is ready; a call that waits for that holds up only its model.

    Source: specs/runtime.md, rules C9 and C15.
    """

    def __init__(
        self, concurrency: int, rate_per_s: float | None = None, paced: Paced | None = None
    ) -> None:
        self._slots = Turns(max(1, concurrency))
        self._gap_s = 1.0 / rate_per_s if rate_per_s else 0.0
        self._next_start = 0.0
        self._paced = paced
        token_rate = None if paced is None else paced.token_rate
        self._tokens = None if token_rate is None else TokenWindow(token_rate)
        self._line = anyio.Lock(fast_acquire=True)
        self._model_lines: dict[str, anyio.Lock] = {}

    def turn(self, model: str, estimate: Usage, priority: Priority = AT_ONCE) -> Turn:
        """Wait for a free slot and for the time to start; hold the slot until it is left.

        To be entered, which raises:
            ProviderRateLimited: the provider asks for too long a wait.
            ProviderError: waiting will not help.
        """
        return Turn(self, model, estimate, priority)

    async def enter(self, turn: Turn) -> None:
        """Wait for the turn of a call; what it takes is given back by `end`."""
        await self._slots.acquire(turn.priority)
        turn.has_slot = True
        if self._paced is not None:
            await self._admit(self._paced, turn)
        # Almost always nothing is waited for here: then it must cost nothing.
        if self._tokens is not None or self._next_start or self._gap_s or self._line.locked():
            async with self._line:
                if self._tokens is not None:
                    turn.entry = await self._tokens.take(turn.estimate.tokens)
                await self._wait_for_start()

    def free_slot(self) -> None:
        """Give the slot of a call back, to the next one."""
        self._slots.release()

    def end(self, turn: Turn) -> None:
        """Give back what the turn of a call took."""
        if self._tokens is not None and turn.entry is not None:
            self._tokens.settle(turn.entry, turn.counted)
        if self._paced is not None and turn.admitted and not turn.sent:
            self._paced.withdraw(turn.model, turn.estimate)
        turn.leave()

    def pause(self, seconds: float) -> None:
        """Let nothing start for so long: the provider asked for it."""
        self._next_start = max(self._next_start, anyio.current_time() + seconds)

    async def _wait_for_start(self) -> None:
        # Looked at again after each wait: it may have been paused meanwhile.
        while (now := anyio.current_time()) < self._next_start:  # noqa: ASYNC110 - no event, time
            await anyio.sleep_until(self._next_start)
        if self._gap_s:
            self._next_start = now + self._gap_s

    async def _admit(self, paced: Paced, turn: Turn) -> None:
        line = self._model_lines.get(turn.model)
        if line is None:
            line = self._model_lines[turn.model] = anyio.Lock(fast_acquire=True)
        if line.locked() or not self._is_admitted(paced, turn):
            async with line:
                while not self._is_admitted(paced, turn):  # noqa: ASYNC110 - no event, time
                    await anyio.sleep(turn.wait_s)

    def _is_admitted(self, paced: Paced, turn: Turn) -> bool:
        turn.wait_s = paced.admit(turn.model, turn.estimate)
        turn.admitted = turn.wait_s <= 0.0
        if turn.wait_s > LONGEST_WAIT_S:
            raise ProviderRateLimited(
                f"the provider asks to wait for {turn.wait_s:.0f} s", retry_after_s=turn.wait_s
            )
        return turn.admitted
