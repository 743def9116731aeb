"""A hundred thousand trivial questions on virtual time: how many are alive, and how fast."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

import anyio
from trio.testing import MockClock

from archon_runtime import Plan, Runtime
from archon_runtime.providers.simulated import Simulated
from archonc import Source, compile_source

__all__ = ["measure_stream"]

QUESTIONS = 100_000
AT_ONCE = 64
PROGRAM = """
archon 1
provider lab = simulated()
model m = lab("m", max_tokens: 100)
architecture one_call {
  layer generator(m)
  answer: first
}
"""


async def stream(plan: Plan) -> int:
    """Answer all questions; the most of them that were read and not yet answered."""
    read = given = most = 0

    def questions() -> Iterator[str]:
        nonlocal read
        for number in range(QUESTIONS):
            read += 1
            yield f"question {number}"

    async with Runtime(providers={"lab": Simulated(latency_s=0.1)}) as runtime:
        async for _ in runtime.map(plan, questions(), concurrency=AT_ONCE):
            most = max(most, read - given)
            given += 1
    assert given == QUESTIONS
    return most


def measure_stream() -> None:
    """Print the bound on what is alive, and the time a question takes."""
    compilation = compile_source(Source("bench.archon", PROGRAM), folder=None)
    assert compilation.plan is not None, compilation.diagnostics
    plan = Plan.from_spec(compilation.plan)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    options = {"clock": MockClock(autojump_threshold=0)}
    most = anyio.run(stream, plan, backend="trio", backend_options=options)
    each_ms = 1000 * (time.perf_counter() - begun) / QUESTIONS
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(
        f"map over {QUESTIONS:,} questions, {AT_ONCE} at once: at most {most} alive, "
        f"{grown:.0f} MB more memory at the peak, {each_ms:.2f} ms a question"
    )
