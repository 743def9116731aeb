"""A provider whose replies a Python function says: an implementation of the seam."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Message
from archon_runtime.errors import ProviderError

__all__ = ["Said", "Scripted"]


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, or an error, after some time. Counts of None are not stated."""

    text: str = "yes"
    after_s: float = 0.0
    prompt_tokens: int | None = 10
    completion_tokens: int | None = 5
    finish_reason: FinishReason = FinishReason.STOP
    error: ProviderError | None = None


class Scripted:
    """Asks *script* for each request's reply; remembers what it was asked."""

    def __init__(
        self,
        script: Callable[[ChatRequest], Said],
        *,
        concurrency: int = 64,
        rate: float | None = None,
        window: int | None = None,
        counted: int | None = None,
        open_error: ProviderError | None = None,
    ) -> None:
        self._script = script
        self._concurrency = concurrency
        self._rate = rate
        self._window = window
        self._counted = counted
        self._open_error = open_error
        self.requests: list[ChatRequest] = []
        self.started_s: list[float] = []
        self.active = 0
        self.most_active = 0
        self.opened = 0
        self.closed = 0

    @property
    def concurrency(self) -> int:
        return self._concurrency

    @property
    def rate(self) -> float | None:
        return self._rate

    async def open(self) -> None:
        self.opened += 1
        if self._open_error is not None:
            raise self._open_error

    async def chat(self, request: ChatRequest) -> ChatResponse:
        self.requests.append(request)
        self.started_s.append(anyio.current_time())
        self.active += 1
        self.most_active = max(self.most_active, self.active)
        try:
            said = self._script(request)
            await anyio.sleep(said.after_s)
            if said.error is not None:
                raise said.error
            return ChatResponse(
                said.text, said.finish_reason, said.prompt_tokens, said.completion_tokens
            )
        finally:
            self.active -= 1

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        return self._counted

    async def window(self, model: str) -> int | None:
        return self._window

    async def close(self) -> None:
        self.closed += 1
