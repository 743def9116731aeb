"""Ten samples, a ranker, a critic and a fuser, each call 100 ms: how near to the ideal.

Over loopback HTTP with real time. The ideal of one question is its critical path, four
calls one after the other; of many, with so many calls at once, it is all calls' time
divided by that number. A bare client that does the same by hand, in the same run, tells
what the machine and the server leave of that.
"""

from __future__ import annotations

import asyncio
import statistics
import time

import anyio
from aiohttp import ClientSession, web

from archon_runtime import Plan, Runtime
from archonc import Source, compile_source

__all__ = ["measure_pipeline"]

LATENCY_S = 0.1
ROUNDS = 9
QUESTIONS = 100
AT_ONCE = 16
CALLS, DEPTH = 13, 4
PROGRAM = """
archon 1
provider lab = openai_compatible(base_url: "{url}", concurrency: {at_once})
model m = lab("m", max_tokens: 100)
architecture ten_ranked_and_fused {{
  budget {{ calls: 100, tokens: 10M }}
  layer generator(m, samples: 10)
  layer ranker(m, keep: 5)
  layer critic(m)
  layer fuser(m)
}}
"""


def write(prompt: str) -> str:
    """Reply as the roles do: a ranking, critiques, or just an answer."""
    numbers = range(1, 1 + prompt.count("zebra"))
    marker = prompt.rpartition("### Critique 1 ")[2].partition("\n")[0]
    if "### Critique 1" in prompt:
        return "\n".join(f"### Critique {n} {marker}\nGood." for n in numbers)
    if len(numbers) > 5:
        return " > ".join(f"[{n}]" for n in numbers)
    return "a zebra"


async def reply(request: web.Request) -> web.Response:
    """Answer after the latency, as a chat completion."""
    asked = await request.json()
    await asyncio.sleep(LATENCY_S)
    return web.json_response(
        {
            "choices": [
                {
                    "message": {"content": write(asked["messages"][-1]["content"])},
                    "finish_reason": "stop",
                }
            ],
            "usage": {"prompt_tokens": 12, "completion_tokens": 3},
        }
    )


def make_plan(url: str, at_once: int) -> Plan:
    """Compile the architecture."""
    text = PROGRAM.format(url=url, at_once=at_once)
    compilation = compile_source(Source("bench.archon", text), folder=None)
    assert compilation.plan is not None, compilation.diagnostics
    return Plan.from_spec(compilation.plan)


async def one(runtime: Runtime, plan: Plan) -> float:
    """Wall time of one question, in seconds."""
    begun = time.perf_counter()
    result = await runtime.run(plan, "Which animal?")
    assert result.usage.calls == CALLS, result.trace
    return time.perf_counter() - begun


async def many(runtime: Runtime, plan: Plan) -> float:
    """Wall time of all questions, in seconds."""
    begun = time.perf_counter()
    batch = runtime.map(plan, ["Which animal?"] * QUESTIONS, concurrency=AT_ONCE)
    async for _, result in batch:
        assert not isinstance(result, Exception), result
    assert batch.usage.calls == CALLS * QUESTIONS
    return time.perf_counter() - begun


class ByHand:
    """The same calls with nothing around them: no budget, no parsing, no trace."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def call(self) -> None:
        """Ask once."""
        async with self._slots:
            body = {"model": "m", "messages": [{"role": "user", "content": "Which animal?"}]}
            async with self._session.post(self._url, json=body) as got:
                await got.json()

    async def answer(self) -> None:
        """Ask ten times side by side, and then three times in a row."""
        await asyncio.gather(*(self.call() for _ in range(CALLS - DEPTH + 1)))
        for _ in range(DEPTH - 1):
            await self.call()

    async def one(self) -> float:
        """Wall time of one question, in seconds."""
        begun = time.perf_counter()
        await self.answer()
        return time.perf_counter() - begun

    async def many(self) -> float:
        """Wall time of all questions, in seconds."""
        begun = time.perf_counter()
        questions = iter(range(QUESTIONS))

        async def work() -> None:
            for _ in questions:
                await self.answer()

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return time.perf_counter() - begun


async def measure() -> None:
    """Start the server, and print both ratios."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", reply)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    url = f"http://{host}:{port}/v1"
    plan = make_plan(url, AT_ONCE)
    try:
        async with Runtime() as runtime, ClientSession() as session:
            bare = ByHand(session, f"{url}/chat/completions")
            await one(runtime, plan)
            pairs = [(await one(runtime, plan), await bare.one()) for _ in range(ROUNDS)]
            together, by_hand = await many(runtime, plan), await bare.many()
    finally:
        await runner.cleanup()
    alone, alone_by_hand = (statistics.median(column) for column in zip(*pairs, strict=True))
    path, ideal = DEPTH * LATENCY_S, QUESTIONS * CALLS * LATENCY_S / AT_ONCE
    print(
        f"ten samples, ranker, critic, fuser, {1000 * LATENCY_S:.0f} ms a call: one question "
        f"takes {alone / path:.3f} of its critical path (wanted: 1.06; by hand "
        f"{alone_by_hand / path:.3f}); {QUESTIONS} questions, {AT_ONCE} at once, "
        f"{together / ideal:.3f} of the ideal (wanted: 1.12; by hand {by_hand / ideal:.3f})"
    )


def measure_pipeline() -> None:
    """Print the ratios."""
    anyio.run(measure)
