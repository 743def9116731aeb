"""Ten samples, a ranker, a critic and a fuser, each call 100 ms: how near to the ideal.

Over loopback HTTP with real time. The ideal of one question is its critical path, four
calls one after the other; of many, with so many calls at once, it is all calls' time
divided by that number.
"""

from __future__ import annotations

import asyncio
import statistics
import time

import anyio
from aiohttp import web

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


async def measure() -> None:
    """Start the server, and print both ratios."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", reply)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    plan = make_plan(f"http://{host}:{port}/v1", AT_ONCE)
    try:
        async with Runtime() as runtime:
            await one(runtime, plan)
            alone = statistics.median([await one(runtime, plan) for _ in range(ROUNDS)])
            together = await many(runtime, plan)
    finally:
        await runner.cleanup()
    path, ideal = DEPTH * LATENCY_S, QUESTIONS * CALLS * LATENCY_S / AT_ONCE
    print(
        f"ten samples, ranker, critic, fuser, {1000 * LATENCY_S:.0f} ms a call: one question "
        f"takes {alone / path:.3f} of its critical path (wanted: 1.06); {QUESTIONS} questions, "
        f"{AT_ONCE} at once, {together / ideal:.3f} of the ideal (wanted: 1.12)"
    )


def measure_pipeline() -> None:
    """Print the ratios."""
    anyio.run(measure)
