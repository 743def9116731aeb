"""The seam between calls and models: what a provider is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from archon_runtime.chat import ChatRequest, ChatResponse, Message

__all__ = ["Provider"]


class Provider(Protocol):
    """Answers chat requests. One attempt a call: retries, limits and money are not its own.

    `concurrency` is how many requests may be under way at once.
    """

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once."""
        ...

    async def open(self) -> None:
        """Make ready (connect, load weights). Called once, before anything else.

        Raises:
            KeyMissing, ModelMissing, ProviderUnavailable: it cannot be used.
        """
        ...

    async def chat(self, request: ChatRequest) -> ChatResponse:
        """Ask for one completion, once.

        Raises:
            ProviderError: a leaf that says what happened.
        """
        ...

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        """Count the prompt's tokens exactly; None where only a bound is possible."""
        ...

    async def window(self, model: str) -> int | None:
        """Tell the context window in tokens that a request really has, if known."""
        ...

    async def close(self) -> None:
        """Give back what `open` took. Called once, also after a failed `open`."""
        ...
