"""A layer of eight samples against a server with 200 ms latency, as a multiple of one call."""

from __future__ import annotations

import asyncio
import statistics
import time

import anyio
from aiohttp import web

from archon_runtime import Plan, Runtime
from archonc import Source, compile_source

__all__ = ["measure_layer"]

LATENCY_S = 0.2
ROUNDS = 7
PROGRAM = """
archon 1
provider lab = openai_compatible(base_url: "{url}")
model m = lab("m", max_tokens: 100)
architecture layer_of_{samples} {{
  budget {{ calls: 100, tokens: 1M }}
  layer generator(m, samples: {samples})
  answer: first
}}
"""


async def reply(request: web.Request) -> web.Response:
    """Answer after the latency, as a chat completion."""
    await request.read()
    await asyncio.sleep(LATENCY_S)
    return web.json_response(
        {
            "choices": [{"message": {"content": "four"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 12, "completion_tokens": 1},
        }
    )


def make_plan(url: str, samples: int) -> Plan:
    """Compile the layer."""
    text = PROGRAM.format(url=url, samples=samples)
    compilation = compile_source(Source("bench.archon", text), folder=None)
    assert compilation.plan is not None, compilation.diagnostics
    return Plan.from_spec(compilation.plan)


async def seconds(runtime: Runtime, plan: Plan) -> float:
    """Wall time of one run, in seconds."""
    begun = time.perf_counter()
    await runtime.run(plan, "What is two and two?")
    return time.perf_counter() - begun


async def measure() -> None:
    """Start the server, run both layers in turns and print the ratio."""
    app = web.Application()
    app.router.add_post("/v1/chat/completions", reply)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    one, eight = (make_plan(f"http://{host}:{port}/v1", samples) for samples in (1, 8))
    try:
        async with Runtime() as runtime:
            await seconds(runtime, eight)
            pairs = [
                (await seconds(runtime, eight), await seconds(runtime, one)) for _ in range(ROUNDS)
            ]
    finally:
        await runner.cleanup()
    layer, call = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"a layer of 8 samples, {1000 * LATENCY_S:.0f} ms latency: {layer / call:.2f} times one "
        f"call ({1000 * layer:.0f} ms against {1000 * call:.0f} ms, median of {ROUNDS})"
    )


def measure_layer() -> None:
    """Print the ratio."""
    anyio.run(measure)
