"""What the journal writes as JSON, and how it is read back into frozen types."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Message, Role
from archon_runtime.errors import QuestionInvalid
from archon_runtime.question import Question
from archon_runtime.usage import Usage

__all__ = [
    "question_from_json",
    "question_to_json",
    "reply_from_json",
    "reply_to_json",
    "request_to_json",
    "usage_from_json",
    "usage_to_json",
]


def request_to_json(request: ChatRequest) -> str:
    """Write a request canonically: the same request gives the same bytes."""
    return _dump(
        {
            "model": request.model,
            "messages": _messages(request.messages),
            "purpose": request.purpose,
            "sample": request.sample,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "max_tokens": request.max_tokens,
            "stop": list(request.stop),
            "seed": request.seed,
            "logprobs": request.logprobs,
            "extra": dict(request.extra),
        }
    )


def reply_to_json(reply: ChatResponse) -> str:
    """Write a reply."""
    return _dump(
        {
            "text": reply.text,
            "finish_reason": reply.finish_reason.value,
            "prompt_tokens": reply.prompt_tokens,
            "completion_tokens": reply.completion_tokens,
        }
    )


def reply_from_json(text: str) -> ChatResponse:
    """Read a reply back."""
    raw: dict[str, Any] = json.loads(text)
    reason = FinishReason(raw.pop("finish_reason"))
    return ChatResponse(finish_reason=reason, **raw)


def usage_to_json(usage: Usage) -> str:
    """Write usage."""
    return _dump(usage.to_json())


def usage_from_json(text: str) -> Usage:
    """Read usage back."""
    raw: dict[str, Any] = json.loads(text)
    cost = Decimal(raw.pop("cost_usd"))
    return Usage(cost_usd=cost, **raw)


def question_to_json(question: Question) -> str:
    """Write a question with its data.

    Raises:
        QuestionInvalid: the data holds something that JSON cannot.
    """
    try:
        return json.dumps(
            {"messages": _messages(question.messages), "data": dict(question.data)},
            sort_keys=True,
        )
    except (TypeError, ValueError) as error:
        raise QuestionInvalid(
            f"the data of the question cannot be written as JSON: {error}",
            help="use texts, numbers, true, false, lists and records only",
        ) from error


def question_from_json(text: str) -> Question:
    """Read a question back."""
    raw: dict[str, Any] = json.loads(text)
    messages = tuple(Message(Role(m["role"]), m["content"]) for m in raw["messages"])
    return Question(messages, raw["data"])


def _messages(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    return [{"role": m.role.value, "content": m.content} for m in messages]


def _dump(raw: Mapping[str, object]) -> str:
    # ASCII only: lone surrogates, which models do write, have no UTF-8.
    return json.dumps(raw, sort_keys=True, separators=(",", ":"), default=str)
