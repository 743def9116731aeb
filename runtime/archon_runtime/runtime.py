"""The way in: a runtime that runs plans, and its sync twin."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio
from anyio.abc import TaskGroup

from archon_runtime.batch import Batch, Questions
from archon_runtime.budget import Ledger
from archon_runtime.check_host import CheckHost
from archon_runtime.event import Event
from archon_runtime.journal import Journal
from archon_runtime.plan import BudgetSpec, ProviderSpec
from archon_runtime.plan_file import Plan
from archon_runtime.provider_pool import MakeProvider, ProviderPool
from archon_runtime.providers.base import Provider
from archon_runtime.question import Question
from archon_runtime.recorder import Recorder
from archon_runtime.result import Result
from archon_runtime.run import Run
from archon_runtime.sandbox.base import Sandbox
from archon_runtime.sitting import Asked, Sitting, begin, take_up
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Technique

__all__ = ["Runtime", "run_sync"]

_CLOSE_S = 5.0


class Runtime:
    """Runs plans, several at once if asked to; they share providers and their limits.

    Without *journal*, a run lives in memory only and cannot be resumed. *providers*
    stand for the plan's of the same names, or make all of them. *techniques* are added
    to the built-in ones. *seed* is where waits between retries and random choices
    begin. *unsafe_checks* lets untrusted checks run without a sandbox.
    """

    def __init__(
        self,
        *,
        journal: Path | None = None,
        providers: Mapping[str, Provider] | MakeProvider | None = None,
        sandbox: Sandbox | None = None,
        unsafe_checks: bool = False,
        environ: Mapping[str, str] | None = None,
        seed: int = 0,
        on_event: Callable[[Event], None] | None = None,
        techniques: Mapping[str, type[Technique[Any]]] | None = None,
    ) -> None:
        self._journal_path = journal
        self._journal: Journal | None = None
        self._providers = providers
        self._checks = CheckHost(sandbox, unsafe=unsafe_checks)
        self._environ = dict(os.environ if environ is None else environ)
        self._seed = seed
        self._on_event = on_event
        self._techniques = {**TECHNIQUES, **(techniques or {})}
        self._pool = ProviderPool(self._make_provider)
        self._runs: set[Run] = set()
        self._batches: set[Batch] = set()
        self._age = 0
        self._group: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        """Begin; the journal and the providers are opened when a run needs them."""
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cancel what is under way; close providers, the workers of checks, and the journal."""
        group, self._group = self._group, None
        try:
            if group is not None:
                group.cancel_scope.cancel()
                # Without the error, which is not the group's: it is raised as it is.
                await group.__aexit__(None, None, None)
        finally:
            await self._close()

    async def _close(self) -> None:
        try:
            await self._pool.close()
            await self._checks.close(_CLOSE_S)
        finally:
            if self._journal is not None:
                self._journal.close()
                self._journal = None

    async def run(
        self,
        plan: Plan | None = None,
        question: Asked | None = None,
        data: Mapping[str, object] | None = None,
        resume: str | None = None,
    ) -> Result:
        """Answer a question, or take up the run *resume* where it was left.

        A resumed run's plan and question come from the journal; given again, they must
        be the same.

        Raises:
            ArchonError: the run failed; the error carries what was spent (`usage`) and
                the id to resume the run by.
        """
        journal = self._open_journal()
        if resume is None:
            sitting = begin(journal, plan, question, data)
        else:
            sitting = take_up(journal, resume, plan, question, data)
        return await self._go(sitting)

    def map(
        self,
        plan: Plan,
        questions: Questions,
        *,
        data: Mapping[str, object] | None = None,
        concurrency: int = 16,
        ordered: bool = True,
        budget: BudgetSpec | None = None,
    ) -> Batch:
        """Answer many questions, *concurrency* at once: an async iterator of (index, result).

        The questions may be a stream without an end: no more are read than are soon to be
        answered, and no result is kept that was given. They come in the order of the
        questions, or (*ordered* false) as they end. One that fails is an `ArchonError` in
        its place. *data* goes with each question that has none of its own. *budget* holds
        for all of them together, around the plan's own for each.

        Raises:
            RuntimeError: the runtime was not entered (`async with`).

        Source: specs/runtime.md, rules M1 to M4.
        """
        if self._group is None:
            raise RuntimeError("`map` works in the background: use `async with Runtime() as ...`")

        async def answer(asked: Asked, ledger: Ledger, runs: set[Run]) -> Result:
            own = None if isinstance(asked, Question) else data
            sitting = begin(self._open_journal(), plan, asked, own)
            return await self._go(sitting, ledger, runs)

        batch = Batch(questions, answer, concurrency=concurrency, ordered=ordered, budget=budget)
        self._batches.add(batch)
        self._group.start_soon(self._work_on, batch)
        return batch

    async def _work_on(self, batch: Batch) -> None:
        try:
            await batch.work()
        finally:
            self._batches.discard(batch)

    async def _go(
        self, sitting: Sitting, batch: Ledger | None = None, runs: set[Run] | None = None
    ) -> Result:
        self._age += 1
        run = Run(
            sitting,
            pool=self._pool,
            check=partial(self._checks.run, sitting.question, sitting.plan.spec.files),
            recorder=Recorder(self._on_event),
            techniques=self._techniques,
            seed=self._seed,
            age=self._age,
            batch=batch,
        )
        owners = [self._runs] if runs is None else [self._runs, runs]
        for each in owners:
            each.add(run)
        try:
            return await run.go()
        finally:
            for each in owners:
                each.discard(run)

    def stop(self) -> None:
        """Cut all runs short: each ends with the best answer it has so far."""
        for batch in self._batches:
            batch.stop()
        for run in self._runs:
            run.stop()

    def _open_journal(self) -> Journal | None:
        if self._journal is None and self._journal_path is not None:
            self._journal = Journal.open(self._journal_path)
        return self._journal

    def _make_provider(self, name: str, spec: ProviderSpec) -> Provider:
        given = self._providers
        if isinstance(given, Mapping):
            if name in given:
                return given[name]
        elif given is not None:
            return given(name, spec)
        # Imported here: clients are heavy, and a run may need none of them.
        from archon_runtime.providers.load import make_provider

        return make_provider(name, spec, self._environ)


def run_sync(
    plan: Plan | None = None,
    question: Asked | None = None,
    data: Mapping[str, object] | None = None,
    resume: str | None = None,
    *,
    journal: Path | None = None,
    providers: Mapping[str, Provider] | MakeProvider | None = None,
    sandbox: Sandbox | None = None,
    unsafe_checks: bool = False,
    environ: Mapping[str, str] | None = None,
    seed: int = 0,
    on_event: Callable[[Event], None] | None = None,
    techniques: Mapping[str, type[Technique[Any]]] | None = None,
) -> Result:
    """Run one plan and wait for its result: `Runtime.run` for code without an event loop."""

    async def run() -> Result:
        async with Runtime(
            journal=journal,
            providers=providers,
            sandbox=sandbox,
            unsafe_checks=unsafe_checks,
            environ=environ,
            seed=seed,
            on_event=on_event,
            techniques=techniques,
        ) as runtime:
            return await runtime.run(plan, question, data, resume)

    return anyio.run(run)
