"""Gemini's `generateContent` as values: request to body, reply to our types.

The system prompt stands apart from the turns. Roles must alternate, so turns of one role
that follow each other become one, a part for each.

Source: Gemini API reference, "Generating content", v1beta.
"""

from __future__ import annotations

from collections.abc import Mapping

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Role
from archon_runtime.errors import BadResponse, ContentFiltered, ProviderError
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

__all__ = ["make_body", "read_reply"]

_OURS = ("contents", "systeminstruction", "model")
_FILTERS = frozenset({"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"})
"""Finish reasons of filters: the whole text, or its rest, was taken."""


def make_body(request: ChatRequest) -> dict[str, object]:
    """Write the JSON body of a request; `extra` is merged over it.

    What `extra` has in `generationConfig` is merged into ours; of its limit on new
    tokens and ours the smaller one holds.

    Raises:
        ProviderRefused: `extra` sets a field that the runtime must set.
    """
    refuse_fields(request.extra, _OURS, _plain)
    config, others = _split(request.extra)
    body: dict[str, object] = {"contents": _turns(request)}
    system = [{"text": m.content} for m in request.messages if m.role is Role.SYSTEM]
    if system:
        body["systemInstruction"] = {"parts": system}
    optional = {
        "temperature": request.temperature,
        "topP": request.top_p,
        "maxOutputTokens": request.max_tokens,
        "stopSequences": list(request.stop) or None,
        "seed": request.seed,
        "responseLogprobs": request.logprobs or None,
    }
    settings: dict[str, object] = {k: v for k, v in optional.items() if v is not None}
    settings |= config
    if request.max_tokens is not None:
        settings["maxOutputTokens"] = lower_limit(config.get("maxOutputTokens"), request.max_tokens)
    if settings:
        body["generationConfig"] = settings
    return body | others


def _plain(name: str) -> str:
    """Take the API's two spellings of a field, `topP` and `top_p`, as one."""
    return name.replace("_", "").lower()


def _split(extra: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Part `extra` into what belongs to `generationConfig` and what stands beside it.

    The limit on new tokens comes out under one name, so that it can't be given twice.
    """
    config: dict[str, object] = {}
    others: dict[str, object] = {}
    for name, value in extra.items():
        if _plain(name) != "generationconfig" or not isinstance(value, Mapping):
            others[name] = value
            continue
        refuse_fields(value, ("candidatecount",), _plain)
        for each, setting in value.items():
            limit = _plain(each) == "maxoutputtokens"
            config["maxOutputTokens" if limit else each] = setting
    return config, others


def _turns(request: ChatRequest) -> list[dict[str, object]]:
    turns: list[tuple[str, list[dict[str, str]]]] = []
    for message in request.messages:
        if message.role is Role.SYSTEM:
            continue
        role = "model" if message.role is Role.ASSISTANT else "user"
        if not turns or turns[-1][0] != role:
            turns.append((role, []))
        turns[-1][1].append({"text": message.content})
    return [{"role": role, "parts": parts} for role, parts in turns]


def read_reply(payload: object) -> ChatResponse:
    """Read the first candidate: its text parts in order, without what the model thought.

    Raises:
        BadResponse: there is no candidate, no text, or a field of the wrong type.
        ContentFiltered: a filter took the prompt, or all of the text.
    """
    if not isinstance(payload, Mapping):
        raise BadResponse("the reply is not a JSON object", billed=True)
    usage = as_mapping(payload.get("usageMetadata"))
    prompt = _sum(usage, "promptTokenCount", "toolUsePromptTokenCount")
    completion = _sum(usage, "candidatesTokenCount", "thoughtsTokenCount")
    try:
        text, reason = _answer_in(payload)
    except ProviderError as error:
        state(error, prompt, completion)
        raise
    return ChatResponse(clean_text(text), reason, prompt, completion)


def _answer_in(payload: Mapping[str, object]) -> tuple[str, FinishReason]:
    candidates = payload.get("candidates")
    if not isinstance(candidates, list) or not candidates:
        raise _no_candidate(payload)
    candidate = as_mapping(candidates[0])
    word = str(candidate.get("finishReason") or "")
    text = _text_of(as_mapping(candidate.get("content")).get("parts"))
    if not text.strip():
        if word in _FILTERS:
            raise ContentFiltered(f"the provider's filter took the answer ({word})", billed=True)
        raise empty_reply(cut=word == "MAX_TOKENS", said=shorten(word))
    return text, _finish_reason(word)


def _no_candidate(payload: Mapping[str, object]) -> BadResponse | ContentFiltered:
    blocked = as_mapping(payload.get("promptFeedback")).get("blockReason")
    if isinstance(blocked, str):
        said = f"the provider's filter took the prompt ({shorten(blocked)})"
        return ContentFiltered(said, billed=True)
    error = error_of(payload).message
    said = f": {error}" if error else ""
    return BadResponse(f"the reply has no candidate{said}", billed=True)


def _text_of(parts: object) -> str:
    texts = []
    for part in parts if isinstance(parts, list) else []:
        fields = as_mapping(part)
        text = fields.get("text", "")
        if not isinstance(text, str):
            raise BadResponse("the reply's text is not a text", billed=True)
        if fields.get("thought") is not True:
            texts.append(text)
    return "".join(texts)


def _finish_reason(word: str) -> FinishReason:
    if word == "MAX_TOKENS":
        return FinishReason.LENGTH
    return FinishReason.CONTENT_FILTER if word in _FILTERS else FinishReason.STOP


def _sum(usage: Mapping[str, object], *names: str) -> int | None:
    """Add up the counts that are stated: JSON leaves out those that are 0."""
    counts = [read_count(usage.get(name)) for name in names]
    stated = [count for count in counts if count is not None]
    return sum(stated) if stated else None
