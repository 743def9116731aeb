"""A server on loopback that speaks Gemini's `generateContent`, well and badly.

Its rules are those of the published reference; the vendor's own client is run against
it too, so that it can't drift towards what our client happens to send.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

from aiohttp import web

from tests.runtime.loopback import CANARY, TRANSPORT, Handler, Loopback, loopback, sends

__all__ = ["BEHAVIOURS", "TEXT", "gemini_server", "reply"]

TEXT = "The sky is blue, mostly because short waves are scattered more."
FIELDS = {"contents", "systemInstruction", "generationConfig", "safetySettings", "tools"}
SETTINGS = {
    "temperature",
    "topP",
    "topK",
    "maxOutputTokens",
    "stopSequences",
    "seed",
    "responseLogprobs",
    "candidateCount",
    "thinkingConfig",
}
COUNTS = {
    "promptTokenCount": 112,
    "cachedContentTokenCount": 100,
    "candidatesTokenCount": 11,
    "thoughtsTokenCount": 1,
    "totalTokenCount": 124,
}


def candidate(text: str | None = TEXT, reason: object = "STOP", **changes: object) -> Any:
    """A candidate as the API sends it; a thought comes before the text."""
    parts: list[dict[str, object]] = [{"text": "Which sky?", "thought": True}]
    if text is not None:
        parts += [{"text": text[:7]}, {"text": text[7:]}]
    content = {"role": "model", "parts": parts}
    return {"content": content, "finishReason": reason, "index": 0, **changes}


def reply(*candidates: object, **changes: object) -> dict[str, Any]:
    """A reply as the API sends it; empty lists are left out, as its JSON does."""
    whole: dict[str, Any] = {
        "candidates": list(candidates) or None,
        "usageMetadata": COUNTS,
        "modelVersion": "gemini-test",
        "responseId": "r1",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def error(code: int, status: str, text: str, *details: dict[str, object]) -> dict[str, Any]:
    """An error object as the API sends it."""
    inner: dict[str, object] = {"code": code, "message": text, "status": status}
    if details:
        inner["details"] = list(details)
    return {"error": inner}


def info(reason: str) -> dict[str, object]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}


def wait(delay: str) -> dict[str, object]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


KEY_INVALID = error(
    400, "INVALID_ARGUMENT", f"API key not valid: {CANARY}", info("API_KEY_INVALID")
)


def problem_in(body: Mapping[str, Any]) -> str:
    """Find what the API would call an invalid argument."""
    config = body.get("generationConfig", {})
    if unknown := (body.keys() - FIELDS) | (config.keys() - SETTINGS):
        return f'Invalid JSON payload received. Unknown name "{min(unknown)}": Cannot find field.'
    if not body.get("contents"):
        return "contents is not specified"
    roles = [turn.get("role", "user") for turn in body["contents"]]
    if any(role not in ("user", "model") for role in roles):
        return "Please use a valid role: user, model."
    if any(first == second for first, second in pairwise(roles)):
        return "Please ensure that multiturn requests alternate between user and model."
    if not 0 <= config.get("temperature", 1) <= 2:
        return "temperature must be in the range [0.0, 2.0]"
    return ""


async def answer(_: Loopback, request: web.Request) -> web.StreamResponse:
    """Answer a request by the rules, as long as it allows, or refuse it."""
    body = await request.json()
    name = request.match_info["name"]
    if request.headers.get("x-goog-api-key") != CANARY or "key" in request.query:
        return web.json_response(KEY_INVALID, status=400)
    if not name.startswith("models/gemini-"):
        missing = error(404, "NOT_FOUND", f"{name} is not found for API version v1beta")
        return web.json_response(missing, status=404)
    if problem := problem_in(body):
        return web.json_response(error(400, "INVALID_ARGUMENT", problem), status=400)
    config, text, reason = body.get("generationConfig", {}), TEXT, "STOP"
    for stop in config.get("stopSequences", []):
        text = text.split(stop)[0]
    room = config.get("maxOutputTokens", 100) - COUNTS["thoughtsTokenCount"]
    if len(text.split()) > room:
        text, reason = " ".join(text.split()[:room]), "MAX_TOKENS"
    counts = {**COUNTS, "candidatesTokenCount": len(text.split())}
    return web.json_response(reply(candidate(text, reason), usageMetadata=counts))


def fails(code: int, status: str, text: str, *details: dict[str, object]) -> Handler:
    return sends(error(code, status, text, *details), code)


BEHAVIOURS: Mapping[str, Handler] = {
    **TRANSPORT,
    "ok": answer,
    "no-usage": sends(reply(candidate(), usageMetadata=None)),
    "thought-only-counts": sends(
        reply(candidate(), usageMetadata={"promptTokenCount": 3, "toolUsePromptTokenCount": 4})
    ),
    "no-candidates": sends(reply()),
    "no-content": sends(reply({"finishReason": "OTHER", "index": 0})),
    "only-thought": sends(reply(candidate(None, "MAX_TOKENS"))),
    "wrong-types": sends(reply(candidate(content={"parts": [{"text": 7}]}))),
    "odd-reason": sends(reply(candidate(reason={"a": 1}))),
    "blocked-prompt": sends(reply(promptFeedback={"blockReason": "SAFETY"})),
    "blocked-answer": sends(reply({"finishReason": "PROHIBITED_CONTENT", "index": 0})),
    "blocked-half-way": sends(reply(candidate("It is", "RECITATION"))),
    "error-in-200": sends(error(500, "INTERNAL", f"out of memory {CANARY}")),
    "status-400": fails(400, "INVALID_ARGUMENT", f"bad topP {CANARY}"),
    "status-400-key": sends(KEY_INVALID, 400),
    "status-403": fails(403, "PERMISSION_DENIED", "not for this key"),
    "status-404": fails(404, "NOT_FOUND", "models/gemini-none is not found"),
    "status-429": fails(429, "RESOURCE_EXHAUSTED", "You exceeded your quota", wait("39.5s")),
    "status-429-header": sends(
        error(429, "RESOURCE_EXHAUSTED", "slow down", wait("39s")), 429, Retry_After="7"
    ),
    "status-500": fails(500, "INTERNAL", "An internal error has occurred"),
    "status-503": fails(503, "UNAVAILABLE", "The model is overloaded"),
    "status-504": fails(504, "DEADLINE_EXCEEDED", "took too long"),
}


@asynccontextmanager
async def gemini_server() -> AsyncIterator[Loopback]:
    """Serve all behaviours on a free port until the block ends."""
    path = "/{behaviour}/{version:v1(?:beta)?}/{name:.+}:generateContent"
    async with loopback(path, BEHAVIOURS) as server:
        yield server
