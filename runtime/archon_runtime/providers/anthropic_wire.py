"""Anthropic's Messages API as values: request to body, reply to our types.

The system prompt stands apart from the turns. Turns keep their roles and their order;
the API itself joins those of one role that follow each other.

Source: Anthropic API reference, "Create a message", version 2023-06-01.
"""

from __future__ import annotations

from collections.abc import Mapping

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Role
from archon_runtime.errors import BadResponse, ContentFiltered, ProviderError, ProviderRefused
from archon_runtime.providers.http_status import error_of, shorten
from archon_runtime.providers.wire import (
    as_mapping,
    clean_text,
    empty_reply,
    lower_limit,
    read_count,
    refuse_fields,
    state,
)

__all__ = ["make_body", "read_message"]

_OURS = ("model", "messages", "system", "stream")
_REASONS = {
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "refusal": FinishReason.CONTENT_FILTER,
}
"""Stop reasons; all others are a normal end."""

_PROMPT_COUNTS = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
"""Tokens of the prompt: those that were not cached, were put into the cache, came from it."""


def make_body(request: ChatRequest) -> dict[str, object]:
    """Write the JSON body of a request; `extra` is merged over it.

    Of our limit on new tokens and `extra`'s the smaller one holds.

    Raises:
        ProviderRefused: there is no `max_tokens`, a setting that the API has no word
            for, or a field in `extra` that the runtime must set.
    """
    refuse_fields(request.extra, _OURS)
    if request.max_tokens is None:
        raise ProviderRefused("the Messages API needs `max_tokens`", help="state it on the model")
    for name, value in (("seed", request.seed), ("logprobs", request.logprobs or None)):
        if value is not None:
            raise ProviderRefused(f"the Messages API has no `{name}`", help="take it out")
    turns = [
        {"role": m.role.value, "content": m.content}
        for m in request.messages
        if m.role is not Role.SYSTEM
    ]
    system = "\n\n".join(m.content for m in request.messages if m.role is Role.SYSTEM)
    body: dict[str, object] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "messages": turns,
    }
    optional = {
        "system": system or None,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "stop_sequences": list(request.stop) or None,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    body |= request.extra
    body["max_tokens"] = lower_limit(request.extra.get("max_tokens"), request.max_tokens)
    return body


def read_message(payload: object) -> ChatResponse:
    """Read a message: its text blocks in order, without what the model thought.

    Raises:
        BadResponse: there is no content, no text, or a field of the wrong type.
        ContentFiltered: the model's classifiers refused, and there is no text.
    """
    if not isinstance(payload, Mapping):
        raise BadResponse("the reply is not a JSON object", billed=True)
    usage = as_mapping(payload.get("usage"))
    prompt, completion = _prompt_tokens(usage), read_count(usage.get("output_tokens"))
    try:
        text, reason = _answer_in(payload)
    except ProviderError as error:
        state(error, prompt, completion)
        raise
    return ChatResponse(clean_text(text), reason, prompt, completion)


def _answer_in(payload: Mapping[str, object]) -> tuple[str, FinishReason]:
    content = payload.get("content")
    if not isinstance(content, list):
        error = error_of(payload).message
        said = f": {error}" if error else ""
        raise BadResponse(f"the reply has no content{said}", billed=True)
    text = "".join(_text_of(as_mapping(block)) for block in content)
    word = payload.get("stop_reason")
    reason = _REASONS.get(word, FinishReason.STOP) if isinstance(word, str) else FinishReason.STOP
    if not text.strip():
        if reason is FinishReason.CONTENT_FILTER:
            category = as_mapping(payload.get("stop_details")).get("category")
            named = f" ({shorten(category)})" if isinstance(category, str) else ""
            raise ContentFiltered(f"the provider refused to answer{named}", billed=True)
        raise empty_reply(cut=reason is FinishReason.LENGTH)
    return text, reason


def _text_of(block: Mapping[str, object]) -> str:
    if block.get("type") != "text":
        return ""
    text = block.get("text")
    if not isinstance(text, str):
        raise BadResponse("the reply's text is not a text", billed=True)
    return text


def _prompt_tokens(usage: Mapping[str, object]) -> int | None:
    """Add up the prompt's counts: what is cached is part of the prompt, and is billed."""
    if read_count(usage.get("input_tokens")) is None:
        return None
    return sum(read_count(usage.get(name)) or 0 for name in _PROMPT_COUNTS)
