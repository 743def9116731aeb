"""What is asked of a model and what it answers, in OpenAI's words, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from archon_runtime.classes import dataclass, field

__all__ = ["ChatRequest", "ChatResponse", "FinishReason", "Message", "Role"]


class Role(StrEnum):
    """Who speaks in a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class FinishReason(StrEnum):
    """Why a completion ended; anything a provider invents is mapped to one of these."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One completion asked for.

    `purpose` is the technique's name and `sample` the completion's index among
    equals: both are part of the call's identity and neither is sent over a wire.
    `extra` is merged into the provider's JSON body as it is.
    """

    model: str
    messages: tuple[Message, ...]
    purpose: str
    sample: int = 0
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    logprobs: bool = False
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChatResponse:
    """A completion. Token counts are None where the provider did not state them.

    `model` is the plan's name of the fallback that gave it; empty: the model that was asked.
    """

    text: str
    finish_reason: FinishReason
    prompt_tokens: int | None
    completion_tokens: int | None
    model: str = ""
