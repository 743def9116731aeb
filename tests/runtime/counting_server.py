"""A real HTTP server that keeps books of its own: what it was asked, answered and would bill."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import anyio
from aiohttp import web

from tests.runtime.loopback import completion

__all__ = ["CountingServer", "Served", "counting_server", "identity"]

RANKING = " > ".join(f"[{number}]" for number in (2, 1, 3, 5, 4, 6))


@dataclass(frozen=True)
class Served:
    """One request that arrived; text and counts are of the reply, None if it failed."""

    identity: str
    text: str | None
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass
class CountingServer:
    """Served requests by the question that they are about, in the order of arrival."""

    random: Random
    port: int = 0
    served: dict[str, list[Served]] = field(default_factory=dict)
    _arrived: anyio.Condition = field(default_factory=anyio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def count(self, question: str) -> int:
        return len(self.served.get(question, ()))

    async def reached(self, question: str, count: int) -> None:
        """Wait until so many requests about *question* arrived."""
        async with self._arrived:
            while self.count(question) < count:
                await self._arrived.wait()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        question = _question_in(body)
        served = self._draw(body)
        self.served.setdefault(question, []).append(served)
        async with self._arrived:
            self._arrived.notify_all()
        await anyio.sleep(self.random.uniform(0, 0.008))
        if served.text is None:
            return web.json_response({"error": {"message": "overloaded"}}, status=500)
        counts = {
            "prompt_tokens": served.prompt_tokens,
            "completion_tokens": served.completion_tokens,
        }
        return web.json_response(completion(served.text, usage=counts))

    def _draw(self, body: Mapping[str, Any]) -> Served:
        """Decide what becomes of a request: two of a hundred fail, each reply is another one."""
        who = identity(body)
        if self.random.random() < 0.02:
            return Served(who, None)
        number = sum(len(each) for each in self.served.values())
        # No tokenizer makes more tokens of a text than it has bytes.
        length = sum(len(message["content"]) for message in body["messages"])
        prompt, completion = self.random.randint(1, length), self.random.randint(1, 50)
        return Served(who, f"Reply {number}.\n{RANKING}", prompt, completion)


def identity(request: Mapping[str, Any]) -> str:
    """Name a request by what is sent over the wire, and is in the journal too."""
    return json.dumps([request["messages"], request["seed"]], sort_keys=True)


def _question_in(body: Mapping[str, Any]) -> str:
    text = "".join(message["content"] for message in body["messages"])
    return "question " + text.partition("<question ")[2].partition(">")[0]


@asynccontextmanager
async def counting_server(seed: str) -> AsyncIterator[CountingServer]:
    server = CountingServer(Random(seed))
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()
