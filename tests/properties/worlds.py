"""Made-up worlds for whole runs: latencies, failures and limits, on virtual time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeAlias

import anyio
from hypothesis import strategies as st
from trio.testing import MockClock

from archon_runtime import Plan, Result, Runtime
from archon_runtime.budget import Ledger
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import ArchonError, ProviderTimeout, ProviderUnavailable
from archon_runtime.event import CallFinished, Event
from archon_runtime.plan import Answer, BudgetSpec, Choose, ModelSpec
from archon_runtime.room import FIELDS
from archon_runtime.run import Run
from archon_runtime.usage import NOTHING, Price
from tests.runtime.plans import Nested, Step
from tests.runtime.scripted import Said, Scripted

__all__ = [
    "LAYERS",
    "NESTED",
    "PRICED",
    "WAVES",
    "Layers",
    "Watched",
    "World",
    "all_ledgers",
    "budgets",
    "moments",
    "play",
    "play_again",
    "worlds",
]

Layers: TypeAlias = Mapping[str, Sequence[Step | Nested]]
PRICED = ModelSpec("lab", "m", max_tokens=100, price=Price(Decimal(100), Decimal(300)))
SEVEN = Answer(Choose.RANDOM, 7)
TIGHT = BudgetSpec(calls=3, completion_tokens=250)
LAYERS: Layers = {
    "draft": [Step("generator", options={"samples": 4}), Step("generator", options={"samples": 2})],
    "notes": [Step("critic")],
    "rank": [Step("ranker", options={"keep": 3})],
    "tests": [Step("unit_test_generator", options={"tests": 2})],
    "evaluate": [Step("unit_test_evaluator", options={"keep": {"keep": 3, "up_to": True}})],
    "verify": [Step("verifier", options={"first": 2})],
    "fuse": [Step("fuser", options={"samples": 2})],
    "vote": [Step("voter", None)],
}
WAVES: Layers = {
    "draft": [
        Step("generator", options={"samples": 9}),
        Nested("best", {"draft": [Step("generator")], "fuse": [Step("fuser")]}),
        Step("generator", options={"samples": 9}),
    ],
    "tests": [Step("unit_test_generator", options={"tests": 1})],
    "evaluate": [Step("unit_test_evaluator", options={"first": 3})],
    "verify": [Step("verifier", options={"first": 1, "on_none": "best"})],
    "fuse": [Step("fuser", options={"samples": 9})],
    "verify_again": [Step("verifier", options={"first": 1, "on_none": "best"})],
}
NESTED: Layers = {
    "both": [
        Nested(
            "best",
            {
                "draft": [Step("generator", options={"samples": 3})],
                "rank": [Step("ranker", options={"keep": 1})],
            },
        ),
        Step("generator"),
        Nested(
            "deep",
            {
                "inner": [
                    Nested("x", {"draft": [Step("generator")], "fuse": [Step("fuser")]}),
                    Nested(
                        "y", {"draft": [Step("generator", options={"samples": 2})]}, SEVEN, TIGHT
                    ),
                ],
                "notes": [Step("critic")],
                "rank": [Step("ranker", options={"keep": 2})],
            },
            Answer(Choose.ALL),
        ),
    ],
    "notes": [Step("critic")],
    "fuse": [Step("fuser", options={"samples": 2})],
    "vote": [Step("voter", None)],
}


@dataclass(frozen=True)
class World:
    """How a run's calls behave; drawn by hypothesis, acted out by a seeded Random."""

    seed: int
    failures: float
    slowest_s: float
    concurrency: int

    def say(self, request: ChatRequest) -> Said:
        chance = Random(f"{self.seed} {request.purpose} {request.sample} {len(request.messages)}")
        after_s = chance.uniform(0.0, self.slowest_s)
        if chance.random() < self.failures:
            billed = chance.random() < 0.5
            error = ProviderTimeout("slow", billed=True) if billed else ProviderUnavailable("down")
            return Said(error=error, after_s=after_s)
        text = f"I think it is {chance.randrange(3)}"
        match request.purpose:
            case "ranker":
                text = " > ".join(f"[{n}]" for n in chance.sample(range(1, 7), 6))
            case "unit_test_generator":
                text = chance.choice(["Test 1: a\nTest 2: b", "Test 1: a", "none"])
            case "unit_test_evaluator":
                words = chance.choices(["passed", "failed"], k=2)
                text = "\n".join(f"Test {n}: {word}" for n, word in enumerate(words, 1))
            case "verifier":
                text = chance.choice(["RIGHT", "WRONG", "perhaps"])
            case _:
                pass
        stated = chance.random() < 0.8
        used = min(request.max_tokens or 100, chance.randrange(1, 100))
        return Said(text, after_s, 20 if stated else None, used if stated else None)


class Watched:
    """A run's provider that looks at the ledger whenever a call begins or ends."""

    def __init__(self, world: World, limits: BudgetSpec) -> None:
        self.limits = limits
        self.runtime: Runtime | None = None
        self.run: Run | None = None
        self.billed = NOTHING
        self.lab = Scripted(self._say, concurrency=world.concurrency)
        self._world = world

    def _say(self, request: ChatRequest) -> Said:
        self.look()
        return self._world.say(request)

    def look(self) -> None:
        assert self.runtime is not None
        for run in self.runtime._runs:
            self.run = run
            assert run.ledger.limits == self.limits
            for ledger in all_ledgers(run):
                for name in FIELDS:
                    limit = getattr(ledger.limits, name)
                    assert limit is None or getattr(ledger.booked, name) <= limit, name

    def on_event(self, event: Event) -> None:
        self.look()
        if isinstance(event, CallFinished):
            self.billed += event.usage


def all_ledgers(run: Run) -> set[Ledger]:
    """The ledgers of a run, its layers and its nested architectures."""
    return {ledger for each in run._books.accounts for ledger in each.ledger.lineage()}


async def go(
    plan: Plan,
    watched: Watched,
    stop_s: float | None,
    cancel_s: float | None,
    journal: Path | None,
) -> Result | ArchonError | None:
    async with Runtime(
        providers={"lab": watched.lab}, on_event=watched.on_event, journal=journal
    ) as runtime:
        watched.runtime = runtime
        outcome: Result | ArchonError | None = None
        async with anyio.create_task_group() as group:
            if stop_s is not None:
                group.start_soon(partial(stop_later, runtime, stop_s))
            with anyio.CancelScope() as scope:
                if cancel_s is not None:
                    scope.deadline = anyio.current_time() + cancel_s
                try:
                    outcome = await runtime.run(plan, "what is it?")
                except ArchonError as error:
                    outcome = error
            group.cancel_scope.cancel()
    return outcome


async def stop_later(runtime: Runtime, seconds: float) -> None:
    await anyio.sleep(seconds)
    runtime.stop()


def play(
    plan: Plan,
    watched: Watched,
    stop_s: float | None = None,
    cancel_s: float | None = None,
    journal: Path | None = None,
) -> Result | ArchonError | None:
    run = partial(go, plan, watched, stop_s, cancel_s, journal)
    clock = MockClock(autojump_threshold=0)
    return anyio.run(run, backend="trio", backend_options={"clock": clock})


def play_again(run_id: str, watched: Watched, journal: Path) -> Result | ArchonError:
    async def run() -> Result | ArchonError:
        async with Runtime(
            providers={"lab": watched.lab}, on_event=watched.on_event, journal=journal
        ) as runtime:
            watched.runtime = runtime
            try:
                return await runtime.run(resume=run_id)
            except ArchonError as error:
                return error

    clock = MockClock(autojump_threshold=0)
    return anyio.run(run, backend="trio", backend_options={"clock": clock})


worlds = st.builds(
    World,
    seed=st.integers(0, 10_000),
    failures=st.sampled_from([0.0, 0.1, 0.5]),
    slowest_s=st.sampled_from([0.0, 1.0, 60.0]),
    concurrency=st.integers(1, 8),
)
budgets = st.builds(
    BudgetSpec,
    calls=st.one_of(st.none(), st.integers(0, 30)),
    tokens=st.one_of(st.none(), st.integers(0, 8000)),
    completion_tokens=st.one_of(st.none(), st.integers(0, 900)),
    cost_usd=st.one_of(st.none(), st.decimals(0, 1, places=3)),
    time_s=st.one_of(st.none(), st.floats(0.1, 200.0)),
)
moments = st.one_of(st.none(), st.floats(0.0, 100.0))
