"""A real HTTP server on loopback: one path for each way in which a server can behave."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import anyio
from aiohttp import web

from archon_runtime.providers.http_settings import HttpSettings, Timeouts
from archon_runtime.providers.key_ring import KeyRing

__all__ = [
    "CANARY",
    "TRANSPORT",
    "Handler",
    "Loopback",
    "completion",
    "loopback",
    "refused_port",
    "sends",
    "settings_for",
]

CANARY = "canary-key-5f1d8a77"
"""The key that tests send; servers repeat it, and no message of ours may hold it."""

QUICK = Timeouts(connect_s=5.0, first_byte_s=0.5, idle_s=0.5, total_s=10.0)

Handler = Callable[["Loopback", web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Loopback:
    """The running server: its port, what it was asked, and when stalled replies end."""

    port: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    over: anyio.Event = field(default_factory=anyio.Event)

    def url(self, behaviour: str) -> str:
        """The base URL under which the server behaves like that."""
        return f"http://127.0.0.1:{self.port}/{behaviour}"


def settings_for(
    url: str, *, key: str | None = CANARY, timeouts: Timeouts = QUICK, more: tuple[str, ...] = ()
) -> HttpSettings:
    """Settings with *key* in `LAB_KEY`, and *more* keys in `LAB_KEY_2`, …"""
    numbered = [(f"LAB_KEY_{number}", each) for number, each in enumerate(more, start=2)]
    keys = KeyRing([("LAB_KEY", key), *numbered] if key else ())
    return HttpSettings("lab", url, keys=keys, timeouts=timeouts)


def completion(content: object = "four", **changes: object) -> dict[str, Any]:
    """A chat completion as OpenAI sends it, with fields replaced (None takes one away)."""
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 12, "completion_tokens": 1, "total_tokens": 13},
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def refused_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def sends(payload: object, status: int = 200, **headers: str) -> Handler:
    """Send *payload* as JSON."""

    async def handler(_: Loopback, __: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(payload, status=status, headers=named)

    return handler


def fails(status: int, message: str, **headers: str) -> Handler:
    """Send an error object as OpenAI does; a code may come before a colon."""
    return sends({"error": {"message": message, "type": "t"}}, status, **headers)


def sends_text(text: str, content_type: str = "text/html", status: int = 200) -> Handler:
    async def handler(_: Loopback, __: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=content_type, status=status)

    return handler


async def stall(server: Loopback, _: web.Request) -> web.StreamResponse:
    await server.over.wait()
    return web.json_response(completion())


async def stall_in_body(server: Loopback, request: web.Request) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"Content-Type": "application/json"})
    await reply.prepare(request)
    await reply.write(b'{"choices": [')
    await server.over.wait()
    return reply


async def cut(_: Loopback, request: web.Request) -> web.StreamResponse:
    """Promise more than is sent, and close the connection."""
    raw = json.dumps(completion()).encode()
    reply = web.StreamResponse(headers={"Content-Type": "application/json"})
    reply.content_length = len(raw)
    await reply.prepare(request)
    await reply.write(raw[: len(raw) // 2])
    assert request.transport is not None
    request.transport.abort()
    return reply


async def hang_up(_: Loopback, request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def short_length(_: Loopback, request: web.Request) -> web.StreamResponse:
    """State a length that is less than what is sent."""
    raw = json.dumps(completion()).encode()
    assert request.transport is not None
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n"
    request.transport.write(head + raw)
    request.transport.close()
    return web.Response()


async def no_http(_: Loopback, request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b"220 mail ready\r\n\r\n")
    request.transport.close()
    return web.Response()


async def huge(_: Loopback, __: web.Request) -> web.StreamResponse:
    return web.json_response(completion("x" * 200_000))


async def retry_date(_: Loopback, __: web.Request) -> web.StreamResponse:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    return web.json_response({}, status=429, headers={"Retry-After": soon})


async def redirect(server: Loopback, _: web.Request) -> web.StreamResponse:
    raise web.HTTPTemporaryRedirect(server.url("ok") + "/chat/completions")


ECHO = f"Incorrect API key provided: {CANARY}."
TRANSPORT: Mapping[str, Handler] = {
    "html": sends_text("<!doctype html><html>It works!</html>"),
    "html-500": sends_text("<html>Bad gateway</html>", status=502),
    "bad-json": sends_text('{"choices": [', "application/json"),
    "deep-json": sends_text("[" * 100_000, "application/json"),
    "empty-body": sends_text("", "application/json"),
    "list": sends([1, 2]),
    "stall": stall,
    "stall-in-body": stall_in_body,
    "cut": cut,
    "hang-up": hang_up,
    "short-length": short_length,
    "no-http": no_http,
}
"""What goes wrong below the protocol, and so in the same way with each."""

BEHAVIOURS: Mapping[str, Handler] = {
    **TRANSPORT,
    "ok": sends(completion()),
    "no-usage": sends(completion(usage=None)),
    "no-choices": sends(completion(choices=[])),
    "null-content": sends(completion(None)),
    "empty-content": sends(completion("  ")),
    "wrong-types": sends(completion(7)),
    "error-in-200": sends({"error": {"message": f"out of memory {CANARY}"}}),
    "status-400": fails(400, f"bad `temperature`\n{'very ' * 200}long {CANARY}"),
    "status-401": fails(401, ECHO),
    "status-403": fails(403, ECHO),
    "status-404": fails(404, "The model `m` does not exist"),
    "status-422": sends({"detail": "field required"}, 422),
    "status-429": fails(429, f"slow down {CANARY}", Retry_After="7"),
    "status-429-date": retry_date,
    "status-429-quota": sends(
        {"error": {"message": "no money", "code": "insufficient_quota"}}, 429
    ),
    "status-500": fails(500, f"oops {CANARY}"),
    "status-503": fails(503, "overloaded", Retry_After="3"),
    "too-long": sends({"error": {"message": "maximum context length is 10 tokens"}}, 400),
    "redirect": redirect,
    "huge": huge,
}


@asynccontextmanager
async def loopback(
    path: str = "/{behaviour}/chat/completions", behaviours: Mapping[str, Handler] = BEHAVIOURS
) -> AsyncIterator[Loopback]:
    """Serve *behaviours* at *path* on a free port until the block ends."""
    server = Loopback()

    async def serve(request: web.Request) -> web.StreamResponse:
        server.headers.append(dict(request.headers))
        server.bodies.append(await request.json())
        return await behaviours[request.match_info["behaviour"]](server, request)

    app = web.Application()
    app.router.add_post(path, serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        server.over.set()
        await runner.cleanup()
