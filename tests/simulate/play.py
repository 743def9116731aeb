"""Plays a case: its runs on virtual time, from the first start to the last end."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from random import Random

import anyio
from trio._core import _run as trio_run
from trio.testing import MockClock

from archon_runtime.budget import Ledger
from archon_runtime.candidate import CheckResult
from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.errors import ArchonError, JournalFailed
from archon_runtime.plan import ProviderSpec
from archon_runtime.provider_pool import ProviderPool
from archon_runtime.providers.base import Provider
from archon_runtime.question import make_question
from archon_runtime.recorder import Recorder
from archon_runtime.result import Result
from archon_runtime.retry import RetryPolicy
from archon_runtime.run import Run
from archon_runtime.run_record import CallEntry, RunRecord
from archon_runtime.sitting import Sitting
from archon_runtime.tail import Tail
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Check
from archon_runtime.usage import Usage
from tests.simulate.audit import AUDIT, Audit
from tests.simulate.case import Case
from tests.simulate.lab import Lab

__all__ = ["Parts", "Played", "Report", "play"]

_NEVER_S = 1e8


@dataclass(frozen=True)
class Parts:
    """What a run is made of; another part in one's place is a planted fault."""

    ledger: type[Ledger] = Ledger
    tail: type[Tail] = Tail

    def wrap(self, lab: Lab) -> Provider:
        """Put something between the runtime and a provider."""
        return lab


@dataclass
class Report:
    """What became of one run. No outcome: it was cancelled from outside."""

    number: int
    audit: Audit
    ledger: Ledger
    began_s: float
    outcome: Result | ArchonError | None = None
    ended_s: float = 0.0
    stopped_s: float | None = None
    cancelled_s: float | None = None


@dataclass
class Played:
    """All runs of a case, and whether they came to an end by themselves."""

    case: Case
    reports: list[Report] = field(default_factory=list)
    left_active: int = 0
    has_hung: bool = False


class _Record(RunRecord):
    """A journal's part that takes its time and fails at times; the chance is the case's."""

    def __init__(self, case: Case, number: int) -> None:
        super().__init__(None, "")
        self._case = case
        self._chance = Random(f"journal {case.seed} {number}")

    async def intend(
        self, entry: CallEntry, request: ChatRequest, reservation: Usage, at_s: float, model: str
    ) -> None:
        await self._write()
        if self.failure is not None:
            raise self._refusal(self.failure)

    async def commit(
        self, entry: CallEntry, usage: Usage, at_s: float, reply: ChatResponse
    ) -> None:
        await self._write()

    async def _write(self) -> None:
        if self._case.journal_s:
            await anyio.sleep(self._chance.uniform(0.0, self._case.journal_s))
        if self._chance.random() < self._case.journal_fails:
            # From now on nothing is sent, as with a journal that cannot be written.
            self.failure = JournalFailed("the disk is full")


def play(case: Case, time_seed: int = 0, parts: Parts | None = None) -> Played:
    """Play a case to its end; *time_seed* draws the times and the order of what is ready."""
    # Trio shuffles tasks that are ready at once; from a seed, as its hypothesis plug-in does.
    setattr(trio_run, "_ALLOW_DETERMINISTIC_SCHEDULING", True)  # noqa: B010
    trio_run._r.seed(f"{case.seed} {time_seed}")
    work = partial(_play, case, time_seed, parts or Parts())
    clock = MockClock(autojump_threshold=0)
    return anyio.run(work, backend="trio", backend_options={"clock": clock})


async def _play(case: Case, time_seed: int, parts: Parts) -> Played:
    labs = {name: Lab(name, temper, case.seed, time_seed) for name, temper in case.labs.items()}

    def make(name: str, spec: ProviderSpec) -> Provider:
        return parts.wrap(labs[name])

    pool, played = ProviderPool(make), Played(case)
    with anyio.move_on_after(_NEVER_S) as never:
        async with anyio.create_task_group() as others:
            runs: set[Run] = set()
            if case.stop_s is not None:
                others.start_soon(_stop, case.stop_s, runs, played)
            async with anyio.create_task_group() as group:
                for number, start_s in enumerate(case.starts_s):
                    begin = partial(_run, case, number, start_s, pool, parts, runs, played)
                    group.start_soon(begin)
            others.cancel_scope.cancel()
    played.reports.sort(key=lambda report: report.number)
    played.has_hung = never.cancelled_caught
    played.left_active = sum(lab.active for lab in labs.values())
    await pool.close()
    return played


async def _stop(after_s: float, runs: set[Run], played: Played) -> None:
    await anyio.sleep(after_s)
    for run in runs:
        run.stop()
    for report in played.reports:
        if not report.ended_s:
            report.stopped_s = anyio.current_time()


async def _run(
    case: Case,
    number: int,
    start_s: float,
    pool: ProviderPool,
    parts: Parts,
    runs: set[Run],
    played: Played,
) -> None:
    await anyio.sleep(start_s)
    recorder = Recorder(lambda event: audit.on_event(event))
    run = Run(
        Sitting(case.plan, make_question(f"What is {number} times 7?"), _Record(case, number)),
        pool=pool,
        check=_check,
        recorder=recorder,
        techniques=TECHNIQUES,
        seed=case.seed,
        retry=RetryPolicy(),
        age=number,
        ledger=parts.ledger,
        tail=parts.tail,
    )
    audit = Audit(case.plan.spec, run.accounts, exact=not case.journal_s)
    AUDIT.set(audit)
    report = Report(number, audit, run.ledger, anyio.current_time())
    played.reports.append(report)
    runs.add(run)
    with anyio.CancelScope() as scope:
        if case.cancel_s is not None and number == 0:
            scope.deadline = report.began_s + case.cancel_s
        try:
            report.outcome = await run.go()
        except ArchonError as error:
            report.outcome = error
    runs.discard(run)
    report.ended_s = anyio.current_time()
    report.cancelled_s = scope.deadline if scope.cancelled_caught else None


async def _check(check: Check, text: str, *, trusted: bool, timeout_s: float) -> CheckResult:
    AUDIT.get().worked.add("checker")
    chance = Random(text)
    await anyio.sleep(chance.choice([0.0, 0.2, 3.0]))
    return CheckResult(chance.random() < 0.5, "by chance")
