"""What a call costs beside a bare aiohttp loop: CPU, calls a second, memory.

Both ask the same server, which runs in a process of its own, in turns within one run.
What was imported and compiled until then is frozen, so that the collector of garbage
does not go through it during the calls of either.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import anyio

from archon_runtime import Plan, Runtime
from archonc import Source, compile_source
from tests.benchmarks.fast_server import fast_server

__all__ = ["make_plan", "measure_calls", "measure_questions"]

CALLS = 2000
QUESTIONS = 10_000
ROUNDS = 5
WIDTHS = (8, 64, 256)
QUESTION = "What is two and two? Answer in one sentence, and say why."
PROGRAM = """
archon 1
provider lab = openai_compatible(base_url: "{url}", concurrency: {width})
model m = lab("m", max_tokens: 100, temperature: 0.7)
architecture many {{
  budget {{ calls: 1M, tokens: 1000M }}
  layer generator(m, samples: {samples})
  answer: first
}}
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call took on average: CPU and wall time, in microseconds."""

    cpu_us: float
    wall_us: float


def make_plan(url: str, width: int, samples: int) -> Plan:
    """Compile one layer of so many samples, *width* of them at once."""
    text = PROGRAM.format(url=url, width=width, samples=samples)
    compilation = compile_source(Source("bench.archon", text), folder=None)
    assert compilation.plan is not None, compilation.diagnostics
    return Plan.from_spec(compilation.plan)


async def cost_of(work: Callable[[], Awaitable[None]], calls: int = CALLS) -> Cost:
    """Measure *work*, which makes so many calls."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(1e6 * cpu / calls, 1e6 * wall / calls)


class Bare:
    """The least that one can write with aiohttp: a session, *width* tasks, JSON both ways."""

    def __init__(self, url: str, width: int, session: aiohttp.ClientSession) -> None:
        self._url = f"{url}/chat/completions"
        self._width = width
        self._session = session

    async def work(self) -> None:
        left = iter(range(CALLS))
        async with asyncio.TaskGroup() as group:
            for _ in range(self._width):
                group.create_task(self._worker(left))

    async def _worker(self, left: object) -> None:
        body = {
            "model": "m",
            "messages": [{"role": "user", "content": QUESTION}],
            "temperature": 0.7,
            "max_tokens": 100,
        }
        for _ in left:  # type: ignore[attr-defined]
            async with self._session.post(self._url, json=body) as reply:
                payload = json.loads(await reply.read())
            assert payload["choices"][0]["message"]["content"]


async def compare(url: str, width: int, journal: Path | None = None) -> tuple[Cost, Cost]:
    """Measure both in turns; gives the medians of the bare loop and of Archon."""
    plan = make_plan(url, width, CALLS)
    bare, ours = [], []
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        Runtime(journal=journal) as runtime,
    ):

        async def run() -> None:
            result = await runtime.run(plan, QUESTION)
            assert len(result.candidates) == CALLS

        loop = Bare(url, width, session)
        gc.collect()
        gc.freeze()
        for _ in range(ROUNDS + 1):
            bare.append(await cost_of(loop.work))
            ours.append(await cost_of(run))
    return _median(bare[1:]), _median(ours[1:])  # the first round opens connections


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(each.cpu_us for each in costs),
        statistics.median(each.wall_us for each in costs),
    )


async def _ask_all(url: str, questions: int) -> None:
    plan = make_plan(url, 64, 1)
    async with Runtime() as runtime, anyio.create_task_group() as group:
        for number in range(questions):
            group.start_soon(runtime.run, plan, f"{QUESTION} ({number})")


def _ask_and_print_peak() -> None:
    with fast_server(0.1) as url:
        wall = time.perf_counter()
        anyio.run(_ask_all, url, QUESTIONS)
        wall = time.perf_counter() - wall
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{QUESTIONS:,} questions in flight, 64 calls at once of 100 ms: {peak_mb:.0f} MB at "
        f"most, {wall / (QUESTIONS / 64 * 0.1):.2f} times the ideal time"
    )


def measure_questions() -> None:
    """Print the memory of many questions at once, in a process of their own."""
    code = "from tests.benchmarks.call_speed import _ask_and_print_peak as ask; ask()"
    subprocess.run([sys.executable, "-c", code], check=True)


def _show(name: str, bare: Cost, ours: Cost) -> None:
    print(
        f"{name}: CPU per call {ours.cpu_us / bare.cpu_us:.2f} times the bare loop's "
        f"({ours.cpu_us:.0f} against {bare.cpu_us:.0f} us), "
        f"{bare.wall_us / ours.wall_us:.2f} of its calls a second "
        f"({1e6 / ours.wall_us:.0f} against {1e6 / bare.wall_us:.0f})"
    )


def measure_calls() -> None:
    """Print the ratios."""
    measure_questions()
    with fast_server() as url:
        for width in WIDTHS:
            _show(f"{width} calls at once", *anyio.run(compare, url, width))
        with tempfile.TemporaryDirectory() as folder:
            journal = Path(folder) / "journal.sqlite"
            _show("64 at once, journal on", *anyio.run(compare, url, 64, journal))


if __name__ == "__main__":
    measure_calls()
