"""The way in: a runtime that runs plans."""

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
from archon_runtime.cache_key import CacheKeys
from archon_runtime.call_log import CallLog
from archon_runtime.check_host import CheckHost
from archon_runtime.errors import JournalFailed
from archon_runtime.event import Event
from archon_runtime.journal import Journal
from archon_runtime.plan import BudgetSpec, ProviderSpec
from archon_runtime.plan_file import Plan
from archon_runtime.provider_pool import MakeProvider, ProviderPool
from archon_runtime.providers.base import Provider
from archon_runtime.question import Question
from archon_runtime.recorder import Recorder
from archon_runtime.replay import NobodyAsked, begin_replay, compare
from archon_runtime.result import Result
from archon_runtime.retry import RetryPolicy
from archon_runtime.run import Run
from archon_runtime.sandbox.base import Sandbox
from archon_runtime.sitting import Asked, Sitting, begin, take_up
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Technique

__all__ = ["Runtime"]

_CLOSE_S = 5.0


class Runtime:
    """Runs plans, several at once if asked to; they share providers and their limits.

    Without *journal*, a run lives in memory only and cannot be resumed. *providers*
    stand for the plan's of the same names, or make all of them. *techniques* are added
    to the built-in ones. *retry* is how often failed calls are tried. *seed* is where
    waits between retries and random choices begin. *unsafe_checks* lets untrusted checks
    run without a sandbox. With *cache*, replies of earlier runs in the journal answer the
    same requests again, for free. Calls are logged under the name `archon_runtime`; what
    is said in them only with *log_contents*.
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
        retry: RetryPolicy | None = None,
        cache: bool = False,
        log_contents: bool = False,
    ) -> None:
        self._journal_path = journal
        self._journal: Journal | None = None
        self._providers = providers
        self._checks = CheckHost(sandbox, unsafe=unsafe_checks)
        self._environ = dict(os.environ if environ is None else environ)
        self._seed = seed
        self._cache = cache
        self._log_contents = log_contents
        self._on_event = on_event
        self._techniques = {**TECHNIQUES, **(techniques or {})}
        self._retry = retry or RetryPolicy()
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
        replay: str | None = None,
    ) -> Result:
        """Answer a question, take up the run *resume* where it was left, or *replay* one.

        A resumed run's plan and question come from the journal; given again, they must
        be the same. A replayed run asks nobody: all replies come from the journal, and
        another plan may be tried on them.

        Raises:
            ArchonError: the run failed; the error carries what was spent (`usage`) and
                the id to resume the run by.
        """
        return await self._go(self._sit(plan, question, data, resume, replay))

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
            return await self._go(self._sit(plan, asked, own), ledger, runs)

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
        log = CallLog(sitting.record.run_id, contents=self._log_contents)
        run = Run(
            sitting,
            pool=ProviderPool(lambda *_: NobodyAsked()) if sitting.is_replay else self._pool,
            check=partial(self._checks.run, sitting.question, sitting.plan.spec.files),
            recorder=Recorder(self._on_event, log),
            techniques=self._techniques,
            seed=self._seed,
            retry=self._retry,
            age=self._age,
            batch=batch,
        )
        owners = [self._runs] if runs is None else [self._runs, runs]
        for each in owners:
            each.add(run)
        try:
            result = await run.go()
        finally:
            for each in owners:
                each.discard(run)
        return compare(result, sitting.recorded)

    def stop(self) -> None:
        """Cut all runs short: each ends with the best answer it has so far."""
        for batch in self._batches:
            batch.stop()
        for run in self._runs:
            run.stop()

    def _sit(
        self,
        plan: Plan | None,
        question: Asked | None,
        data: Mapping[str, object] | None,
        resume: str | None = None,
        replay: str | None = None,
    ) -> Sitting:
        journal = self._open_journal()
        if replay is not None:
            return begin_replay(journal, replay, plan, question, data)
        if self._cache and journal is None:
            raise JournalFailed(
                "the cache is the journal, and there is none", help="name a file for the journal"
            )
        if resume is not None:
            sitting = take_up(journal, resume, plan, question, data)
        else:
            sitting = begin(journal, plan, question, data)
        sitting.record.cache_keys = CacheKeys(sitting.plan.spec, self._environ)
        sitting.record.uses_cache = self._cache
        return sitting

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
