"""A server that repeats the key that it was sent wherever it can, and keys for everybody."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from archon_runtime.providers.kinds import KINDS
from tests.runtime.loopback import completion

__all__ = ["CANARY", "HOWS", "echoing_server", "environ", "escaped"]

# With what JSON may escape; each kind has a key of its own, which ends in its name.
CANARY = "sk-canary/77+a_"


def keys_in(headers: Mapping[str, str]) -> list[str]:
    """The keys that a client sent, in whatever header."""
    return [word for value in headers.values() for word in value.split() if CANARY in word]


def escaped(text: str) -> str:
    """Write a text in JSON so that no byte of it is left as it was."""
    return '"' + "".join(f"\\u{ord(char):04x}" for char in text) + '"'


async def repeat(request: web.Request) -> web.StreamResponse:
    """Answer as the path says, and repeat the key wherever that can be done."""
    (key,) = keys_in(request.headers)
    how = request.match_info["how"]
    headers = {"X-Echo": key, "Retry-After": key, "Set-Cookie": f"k={key}", "Server": key}
    said = f"Incorrect key {key}; you sent {dict(request.headers)}"
    if how == "good":
        return web.json_response(completion("four"), headers=headers)
    if how == "echoed-in-answer":
        return web.json_response(completion(f"my key is {key}"), headers=headers)
    if how == "redirect":
        headers["Location"] = f"http://127.0.0.1:1/?key={key}"
        return web.json_response({}, status=307, headers=headers)
    if how == "html":
        return web.Response(text=f"<p>{said}</p>", content_type="text/html", headers=headers)
    if how == "wrong-json":
        return web.Response(text=f'{{"{key}": ', content_type="application/json", headers=headers)
    if how == "cut":
        reply = web.StreamResponse(headers={**headers, "Content-Length": "9999"})
        await reply.prepare(request)
        await reply.write(key.encode())
        assert request.transport is not None
        request.transport.abort()
        return reply
    message = escaped(said) if how.startswith("escaped") else json.dumps(said)
    if how.startswith("slashed"):
        message = message.replace("/", "\\/")
    text = f'{{"error": {{"message": {message}, "code": {message}, "type": {message}}}}}'
    status = int(how.rpartition("-")[2])
    return web.Response(
        text=text,
        status=status,
        reason=f"No {key}",
        content_type="application/json",
        headers=headers,
    )


HOWS = [
    "good",
    "echoed-in-answer",
    "redirect",
    "html",
    "wrong-json",
    "cut",
    "plain-200",
    "plain-400",
    "plain-401",
    "plain-402",
    "plain-429",
    "plain-500",
    "escaped-401",
    "escaped-503",
    "slashed-403",
    "slashed-429",
]


@asynccontextmanager
async def echoing_server() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/{how}/{rest:.*}", repeat)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def environ() -> dict[str, str]:
    """A key in every variable that one may be in; the plan names one more."""
    keys = {kind.key_env: CANARY + name for name, kind in KINDS.items() if kind.key_env}
    more = {f"{variable}_2": f"{key}-2" for variable, key in keys.items()}
    return {**keys, **more, "LAB_KEY": CANARY + "lab"}
