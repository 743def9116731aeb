"""A server on loopback that speaks Anthropic's Messages API, well and badly.

Its rules are those of the published reference; the vendor's own client is run against
it too, so that it can't drift towards what our client happens to send.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.runtime.loopback import CANARY, TRANSPORT, Handler, Loopback, loopback, sends

__all__ = ["BEHAVIOURS", "TEXT", "anthropic_server", "message"]

TEXT = "The sky is blue, mostly because short waves are scattered more."
VERSIONS = {"2023-06-01", "2026-10-21"}
SAMPLING = ("temperature", "top_p", "top_k")
FIELDS = {"model", "max_tokens", "messages", "system", "stop_sequences", "metadata", "thinking"}


def message(text: str | None = TEXT, **changes: object) -> dict[str, Any]:
    """A message as the API sends it; a thought comes before the text."""
    content: list[dict[str, object]] = [
        {"type": "thinking", "thinking": "Which sky?", "signature": "c2ln"}
    ]
    if text is not None:
        content += [{"type": "text", "text": part} for part in (text[:7], text[7:])]
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-test",
        "content": content,
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 12,
            "cache_creation_input_tokens": 5,
            "cache_read_input_tokens": 100,
            "output_tokens": 1 + len((text or "").split()),
        },
        **changes,
    }


def error(kind: str, text: str, **details: object) -> dict[str, Any]:
    """An error object as the API sends it."""
    inner: dict[str, object] = {"type": kind, "message": text}
    if details:
        inner["details"] = details
    return {"type": "error", "error": inner, "request_id": "req_01"}


def fault(headers: Mapping[str, str], body: Mapping[str, Any]) -> tuple[int, str, str] | None:
    """Find what the API would refuse: status, kind of error, message."""
    key = headers.get("x-api-key") or headers.get("Authorization", "").removeprefix("Bearer ")
    version = headers.get("anthropic-version", "")
    if key != CANARY:
        return 401, "authentication_error", "invalid x-api-key"
    if version not in VERSIONS:
        return 400, "invalid_request_error", "anthropic-version: header is required"
    if not str(body.get("model")).startswith("claude-"):
        return 404, "not_found_error", f"model: {body.get('model')}"
    problem = problem_in(body, FIELDS | ({*SAMPLING} if version == "2023-06-01" else set()))
    return (400, "invalid_request_error", problem) if problem else None


def problem_in(body: Mapping[str, Any], known: set[str]) -> str:
    if unknown := body.keys() - known:
        return f"{min(unknown)}: Extra inputs are not permitted"
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        return "max_tokens: Field required"
    if not 0 <= body.get("temperature", 0) <= 1:
        return "temperature: range: 0..1"
    turns = body.get("messages")
    if not turns:
        return "messages: at least one message is required"
    if any(turn["role"] not in ("user", "assistant") for turn in turns):
        return 'messages: Unexpected role "system". The Messages API takes a top-level `system`'
    if not all(turn["content"] for turn in turns):
        return "messages: text content blocks must be non-empty"
    return ""


async def answer(_: Loopback, request: web.Request) -> web.StreamResponse:
    """Answer a request by the rules, as long as it allows, or refuse it."""
    body = await request.json()
    if found := fault(request.headers, body):
        status, kind, text = found
        return web.json_response(error(kind, text), status=status)
    text, reason, at = TEXT, "end_turn", None
    for stop in body.get("stop_sequences", []):
        if stop in text:
            text, reason, at = text.split(stop)[0], "stop_sequence", stop
    room = body["max_tokens"] - 1  # the thought has one
    if len(text.split()) > room:
        text, reason, at = " ".join(text.split()[:room]), "max_tokens", None
    return web.json_response(message(text, stop_reason=reason, stop_sequence=at))


def fails(status: int, kind: str, text: str, **headers: str) -> Handler:
    return sends(error(kind, text), status, **headers)


BEHAVIOURS: Mapping[str, Handler] = {
    **TRANSPORT,
    "ok": answer,
    "no-usage": sends(message(usage=None)),
    "no-content": sends(message(content=None)),
    "empty-content": sends(message(content=[])),
    "only-thought": sends(message(None, stop_reason="max_tokens")),
    "wrong-types": sends(message(content=[{"type": "text", "text": 7}])),
    "odd-reason": sends(message(stop_reason=["end_turn"])),
    "window-full": sends(message(stop_reason="model_context_window_exceeded")),
    "refusal": sends(
        message(None, stop_reason="refusal", stop_details={"type": "refusal", "category": "bio"})
    ),
    "refusal-half-way": sends(message("It is", stop_reason="refusal")),
    "error-in-200": sends(error("api_error", f"out of memory {CANARY}")),
    "status-400": fails(400, "invalid_request_error", f"prompt is too long {CANARY}"),
    "status-401": fails(401, "authentication_error", f"invalid x-api-key {CANARY}"),
    "status-402": fails(402, "billing_error", "credit balance is too low"),
    "status-403": fails(403, "permission_error", "not for this key"),
    "status-404": fails(404, "not_found_error", "model: claude-none"),
    "status-413": fails(413, "request_too_large", "Request exceeds the maximum size"),
    "status-429": fails(429, "rate_limit_error", "slow down", Retry_After="7"),
    "status-429-spent": sends(
        error("rate_limit_error", "spend limit", error_code="enforced_spend_limit_reached"), 429
    ),
    "status-500": fails(500, "api_error", "Internal server error"),
    "status-504": fails(504, "timeout_error", "took too long"),
    "status-529": fails(529, "overloaded_error", "Overloaded", Retry_After="3"),
}


@asynccontextmanager
async def anthropic_server() -> AsyncIterator[Loopback]:
    """Serve all behaviours on a free port until the block ends."""
    async with loopback("/{behaviour}/v1/messages", BEHAVIOURS) as server:
        yield server
