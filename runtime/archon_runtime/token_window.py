"""A rate of tokens, kept over every minute: calls count at their estimates until billed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import anyio

__all__ = ["TakenTokens", "TokenWindow"]

WINDOW_S = 60.0
"""Providers state these rates per minute."""


@dataclass(slots=True)
class TakenTokens:
    """What a call took: at its estimate while under way, then at its bill."""

    started_s: float
    tokens: int


class TokenWindow:
    """Lets so many tokens through in any minute, wherever it begins.

    A call counts from its start; at its estimate while it is under way, and at its bill
    for the rest of its minute. One that is larger than a minute's tokens goes alone.
    """

    def __init__(self, rate_per_s: float) -> None:
        self._most = rate_per_s * WINDOW_S
        self._taken = 0
        self._done: deque[TakenTokens] = deque()
        self._under_way = 0
        self._change = anyio.Event()

    async def take(self, tokens: int) -> TakenTokens:
        """Wait until *tokens* have room, and take them. One waits at a time."""
        while not self._has_room(tokens):
            # Woken by a bill that leaves room, or when a call's minute is over.
            until_s = self._done[0].started_s + WINDOW_S if self._done else float("inf")
            with anyio.CancelScope(deadline=until_s):
                await self._change.wait()
        self._taken += tokens
        self._under_way += 1
        return TakenTokens(anyio.current_time(), tokens)

    def settle(self, entry: TakenTokens, tokens: int) -> None:
        """Count a call that is over at what it was billed."""
        self._taken += tokens - entry.tokens
        entry.tokens = tokens
        self._under_way -= 1
        self._insert(entry)
        self._change.set()
        self._change = anyio.Event()

    def _has_room(self, tokens: int) -> bool:
        now = anyio.current_time()
        while self._done and self._done[0].started_s + WINDOW_S <= now:
            self._taken -= self._done.popleft().tokens
        alone = not self._done and not self._under_way
        return alone or self._taken + tokens <= self._most

    def _insert(self, entry: TakenTokens) -> None:
        """Keep the calls in the order of their starts; most end in about that order."""
        later: list[TakenTokens] = []
        while self._done and self._done[-1].started_s > entry.started_s:
            later.append(self._done.pop())
        self._done.append(entry)
        self._done.extend(reversed(later))
