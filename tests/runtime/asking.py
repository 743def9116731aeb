"""Ask a provider once, opened and closed around it."""

from __future__ import annotations

import traceback

import pytest

from archon_runtime.chat import ChatRequest, ChatResponse, Message, Role
from archon_runtime.errors import ProviderError
from archon_runtime.providers.base import Provider

__all__ = ["TURNS", "ask", "failure", "shown"]

TURNS = (
    Message(Role.SYSTEM, "Be brief."),
    Message(Role.USER, "2 + 2?"),
    Message(Role.ASSISTANT, "4"),
    Message(Role.USER, "Think again."),
    Message(Role.USER, "What colour is the sky?"),
)
"""A conversation with an earlier answer, and two turns of one role in a row."""


async def ask(provider: Provider, request: ChatRequest) -> ChatResponse:
    await provider.open()
    try:
        return await provider.chat(request)
    finally:
        await provider.close()


async def failure(provider: Provider, request: ChatRequest) -> ProviderError:
    """What asking fails with."""
    with pytest.raises(ProviderError) as caught:
        await ask(provider, request)
    return caught.value


def shown(error: ProviderError) -> str:
    """All that a log or a traceback could show of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + error.help + str(error.args)
