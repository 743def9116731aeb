"""OpenAI's chat completions as values: request to body, reply and status to our types.

No network here: this is what the protocol says, read with distrust. Servers that
claim to speak it differ most in what they leave out.

Source: OpenAI API reference, "Create chat completion".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason
from archon_runtime.errors import BadResponse, ProviderRefused
from archon_runtime.providers.openai_status import error_of

__all__ = ["make_body", "parse_json", "read_completion"]

_LIMITS = ("max_tokens", "max_completion_tokens")
_OURS = ("model", "messages", "n", "stream")
"""Fields that `extra` may not set: the answer or the bill would be another one."""


def make_body(request: ChatRequest, *, limit_field: str) -> dict[str, object]:
    """Write the JSON body of a request; `extra` is merged over it.

    The limit on new tokens goes under *limit_field*, or under the name that `extra`
    uses; of the two values the smaller one holds, since the budget rests on it.

    Raises:
        ProviderRefused: `extra` sets a field that the runtime must set.
    """
    for name in _OURS:
        if name in request.extra:
            raise ProviderRefused(
                f"`extra` may not set `{name}`",
                help="ask for several completions with `samples`" if name == "n" else "",
            )
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
        "logprobs": request.logprobs or None,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    for name, value in request.extra.items():
        if name in _LIMITS and request.max_tokens is not None:
            body.pop(limit_field, None)
            asked = _count(value)
            body[name] = request.max_tokens if asked is None else min(asked, request.max_tokens)
        else:
            body[name] = value
    return body


def parse_json(raw: bytes) -> Any:
    """Decode a reply's bytes.

    Raises:
        BadResponse: they are not JSON in UTF-8; says whether they look like HTML.
    """
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        pass
    start = raw[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise BadResponse(
            "the reply is a web page, not JSON",
            help="check `base_url`: it usually ends in `/v1`",
            billed=True,
        )
    raise BadResponse(
        "the reply is empty" if not raw.strip() else "the reply is not JSON", billed=True
    )


def read_completion(payload: object) -> ChatResponse:
    """Read the first choice of a chat completion.

    An unknown finish reason counts as `stop`: servers invent words for a normal end.

    Raises:
        BadResponse: there is no choice, no text, or a field of the wrong type.
        ProviderRefused: the provider filtered all of the text away.
    """
    if not isinstance(payload, Mapping):
        raise BadResponse("the reply is not a JSON object", billed=True)
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
            raise ProviderRefused("the provider's content filter took the answer", billed=True)
        cut = reason is FinishReason.LENGTH
        raise BadResponse(
            "the reply's text is empty" + (", `max_tokens` was used up before it" if cut else ""),
            help="raise `max_tokens`: a model that reasons spends it before it answers"
            if cut
            else "",
            billed=True,
        )
    usage = payload.get("usage")
    counts = usage if isinstance(usage, Mapping) else {}
    return ChatResponse(
        text, reason, _count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens"))
    )


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
    # JSON can spell half a surrogate pair, which no UTF-8 file or request can hold.
    return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _finish_reason(word: object) -> FinishReason:
    if word == "length":
        return FinishReason.LENGTH
    return FinishReason.CONTENT_FILTER if word == "content_filter" else FinishReason.STOP


def _count(value: object) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and isinstance(value, int) and value >= 0 else None
