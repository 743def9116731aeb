"""OpenAI's chat completions as values: request to body, reply and status to our types.

No network here: this is what the protocol says, read with distrust. Servers that
claim to speak it differ most in what they leave out.

Source: OpenAI API reference, "Create chat completion".
"""

from __future__ import annotations

from collections.abc import Mapping

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason
from archon_runtime.errors import BadResponse, ContentFiltered, ProviderError
from archon_runtime.providers.http_status import error_of
from archon_runtime.providers.wire import (
    as_mapping,
    clean_text,
    empty_reply,
    lower_limit,
    read_count,
    refuse_fields,
    state,
)

__all__ = ["make_body", "read_completion"]

_LIMITS = ("max_tokens", "max_completion_tokens")
_OURS = ("model", "messages", "n", "stream")
"""Fields that `extra` may not set: the answer or the bill would be another one."""


def make_body(
    request: ChatRequest, *, limit_field: str, logprobs: bool | int = True
) -> dict[str, object]:
    """Write the JSON body of a request; `extra` is merged over it.

    The limit on new tokens goes under *limit_field*, or under the name that `extra`
    uses; of the two values the smaller one holds, since the budget rests on it. Where
    log-probabilities are wanted, *logprobs* is how the server is told so.

    Raises:
        ProviderRefused: `extra` sets a field that the runtime must set.
    """
    refuse_fields(request.extra, _OURS)
    body: dict[str, object] = {
        "model": request.model,
        "messages": [{"role": m.role.value, "content": m.content} for m in request.messages],
    }
    optional = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        limit_field: request.max_tokens,
        "stop": list(request.stop) or None,
        "seed": request.seed,
        "logprobs": logprobs if request.logprobs else None,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    for name, value in request.extra.items():
        if name in _LIMITS and request.max_tokens is not None:
            body.pop(limit_field, None)
            body[name] = lower_limit(value, request.max_tokens)
        else:
            body[name] = value
    return body


def read_completion(payload: object) -> ChatResponse:
    """Read the first choice of a chat completion.

    An unknown finish reason counts as `stop`: servers invent words for a normal end.

    Raises:
        BadResponse: there is no choice, no text, or a field of the wrong type.
        ContentFiltered: the provider filtered all of the text away.
    """
    if not isinstance(payload, Mapping):
        raise BadResponse("the reply is not a JSON object", billed=True)
    usage = as_mapping(payload.get("usage"))
    prompt = read_count(usage.get("prompt_tokens"))
    completion = read_count(usage.get("completion_tokens"))
    try:
        text, reason = _answer_in(payload)
    except ProviderError as error:
        state(error, prompt, completion)
        raise
    return ChatResponse(text, reason, prompt, completion)


def _answer_in(payload: Mapping[str, object]) -> tuple[str, FinishReason]:
    choices = payload.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
        error = error_of(payload).message
        raise BadResponse(
            f"the reply has no choice: {error}" if error else "the reply has no choice",
            billed=True,
        )
    reason = _finish_reason(choices[0].get("finish_reason"))
    text = _text_of(choices[0].get("message"))
    if not text.strip():
        if reason is FinishReason.CONTENT_FILTER:
            raise ContentFiltered("the provider's content filter took the answer", billed=True)
        raise empty_reply(cut=reason is FinishReason.LENGTH)
    return text, reason


def _text_of(message: object) -> str:
    """The message's content: a text, a list of text parts, or null with a `refusal`."""
    if not isinstance(message, Mapping):
        raise BadResponse("the reply's choice has no message", billed=True)
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        content = "".join(part for part in parts if isinstance(part, str))
    if content is None:
        content = message.get("refusal")
    if content is None:
        return ""
    if not isinstance(content, str):
        raise BadResponse("the reply's text is not a text", billed=True)
    return clean_text(content)


def _finish_reason(word: object) -> FinishReason:
    if word == "length":
        return FinishReason.LENGTH
    return FinishReason.CONTENT_FILTER if word == "content_filter" else FinishReason.STOP
