"""The journal: commits per call, and what it adds to a call, at different numbers at once."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from random import Random

import anyio

from archon_runtime import Plan, Runtime
from archon_runtime.journal import Journal
from archon_runtime.plan import Answer, Choose
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

__all__ = ["commits_of", "measure_journal"]

CALLS = 1_000


def wide_plan(samples: int) -> Plan:
    """One layer of so many samples; nothing else that takes time."""
    layers = {"draft": [Step("generator", options={"samples": samples})]}
    return make_plan(layers, answer=Answer(Choose.FIRST))


async def commits_of(journal: Path, calls: int, at_once: int, spread_s: float) -> int:
    """Count the commits of a run of *calls*; replies take up to *spread_s* longer than others."""
    random = Random(7)
    lab = Scripted(
        lambda _: Said("four", after_s=0.002 + random.uniform(0, spread_s)), concurrency=at_once
    )
    commits: list[str] = []
    async with Runtime(journal=journal, providers={"lab": lab}) as runtime:
        opened = runtime._open_journal()
        assert isinstance(opened, Journal)
        opened._connection.set_trace_callback(
            lambda statement: commits.append(statement) if statement == "COMMIT" else None
        )
        await runtime.run(wide_plan(calls), "What is two and two?")
    return len(commits)


async def seconds_of(journal: Path | None, at_once: int) -> float:
    """Wall time of a run whose provider answers at once."""
    lab = Scripted(lambda _: Said("four"), concurrency=at_once)
    async with Runtime(journal=journal, providers={"lab": lab}) as runtime:
        begun = time.perf_counter()
        await runtime.run(wide_plan(CALLS), "What is two and two?")
        return time.perf_counter() - begun


def measure_journal() -> None:
    """Print commits per call, and the microseconds that a journal adds to a call."""
    with tempfile.TemporaryDirectory() as folder:
        for at_once in (8, 64, 256):
            found = [
                anyio.run(commits_of, Path(folder) / f"{at_once}-{spread}", CALLS, at_once, spread)
                for spread in (0.0, 0.05)
            ]
            without = anyio.run(seconds_of, None, at_once)
            with_one = anyio.run(seconds_of, Path(folder) / f"{at_once}", at_once)
            print(
                f"journal, {at_once} calls at once: {found[0] / CALLS:.3f} commits a call, "
                f"{found[1] / CALLS:.3f} if replies are spread over 50 ms; "
                f"{1e6 * (with_one - without) / CALLS:.0f} µs more a call"
            )
