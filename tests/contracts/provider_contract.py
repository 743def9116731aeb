"""What every provider must do, whatever is behind it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import ClassVar

import anyio
import pytest

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Message, Role
from archon_runtime.providers.base import Provider

__all__ = ["ProviderContract"]

QUESTION = (
    Message(Role.SYSTEM, "Answer in a few words."),
    Message(Role.USER, "What colour is the sky? Grüße, {brace} <|tag|>"),
)


@pytest.mark.anyio
class ProviderContract:
    """Subclasses give the fixtures `provider` (open, closed after the test) and `model`.

    `extra` is a setting of the protocol's own that the language has no name for.
    """

    extra: ClassVar[Mapping[str, object]] = {"top_k": 5}

    async def test_limits_are_usable(self, provider: Provider) -> None:
        assert provider.concurrency >= 1
        assert provider.rate is None or provider.rate > 0

    async def test_answers_with_a_text_and_counts(self, provider: Provider, model: str) -> None:
        reply = await provider.chat(ChatRequest(model, QUESTION, "generator", max_tokens=30))
        assert isinstance(reply, ChatResponse)
        assert reply.text.strip()
        assert isinstance(reply.finish_reason, FinishReason)
        for count in (reply.prompt_tokens, reply.completion_tokens):
            assert count is None or count > 0

    async def test_counts_tokens_as_it_bills_them(self, provider: Provider, model: str) -> None:
        counted = await provider.count_tokens(model, QUESTION)
        reply = await provider.chat(ChatRequest(model, QUESTION, "generator", max_tokens=5))
        assert counted is None or counted == reply.prompt_tokens

    async def test_holds_max_tokens(self, provider: Provider, model: str) -> None:
        reply = await provider.chat(ChatRequest(model, QUESTION, "generator", max_tokens=3))
        assert reply.completion_tokens is None or reply.completion_tokens <= 3

    async def test_window_is_unknown_or_holds_a_question(
        self, provider: Provider, model: str
    ) -> None:
        window = await provider.window(model)
        assert window is None or window >= 1024

    async def test_answers_side_by_side(self, provider: Provider, model: str) -> None:
        replies: list[ChatResponse] = []

        async def ask(sample: int) -> None:
            request = ChatRequest(model, QUESTION, "generator", sample, max_tokens=8)
            replies.append(await provider.chat(request))

        async with anyio.create_task_group() as group:
            for sample in range(min(4, provider.concurrency)):
                group.start_soon(ask, sample)
        assert len(replies) == min(4, provider.concurrency)

    async def test_is_usable_after_a_cancelled_call(self, provider: Provider, model: str) -> None:
        request = ChatRequest(model, QUESTION, "generator", max_tokens=5)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await provider.chat(request)
        assert scope.cancelled_caught
        assert (await provider.chat(request)).text

    async def test_request_is_left_as_it_was(self, provider: Provider, model: str) -> None:
        extra = deepcopy(dict(self.extra))
        messages = tuple(QUESTION)
        request = ChatRequest(model, messages, "generator", max_tokens=5, extra=extra)
        await provider.chat(request)
        assert request.messages is messages
        assert extra == self.extra
