"""The way in: a runtime that runs plans, and its sync twin."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import anyio

from archon_runtime.candidate import CheckResult
from archon_runtime.event import Event
from archon_runtime.journal import Journal
from archon_runtime.plan import FileSpec, ProviderSpec
from archon_runtime.plan_file import Plan
from archon_runtime.provider_pool import MakeProvider, ProviderPool
from archon_runtime.providers.base import Provider
from archon_runtime.question import Question
from archon_runtime.recorder import Recorder
from archon_runtime.result import Result
from archon_runtime.retry import RetryPolicy
from archon_runtime.run import Run
from archon_runtime.sandbox.base import Sandbox
from archon_runtime.sitting import Asked, begin, take_up
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Check, Technique

if TYPE_CHECKING:
    from archon_runtime.check_pool import TrustedWorkers

__all__ = ["Runtime", "run_sync"]

_CLOSE_S = 5.0


class Runtime:
    """Runs plans, several at once if asked to; they share providers and their limits.

    Without *journal*, a run lives in memory only and cannot be resumed. *providers*
    stand for the plan's of the same names, or make all of them. *techniques* are added
    to the built-in ones. *retry* is how often failed calls are tried. *seed* is where
    waits between retries and random choices begin.
    *unsafe_checks* lets untrusted checks run without a sandbox.
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
    ) -> None:
        self._journal_path = journal
        self._journal: Journal | None = None
        self._providers = providers
        self._sandbox = sandbox
        self._unsafe_checks = unsafe_checks
        self._environ = dict(os.environ if environ is None else environ)
        self._seed = seed
        self._on_event = on_event
        self._techniques = {**TECHNIQUES, **(techniques or {})}
        self._retry = retry or RetryPolicy()
        self._pool = ProviderPool(self._make_provider)
        self._workers: TrustedWorkers | None = None
        self._runs: set[Run] = set()

    async def __aenter__(self) -> Self:
        """Begin; the journal and the providers are opened when a run needs them."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all providers, the workers of checks, and the journal."""
        try:
            await self._pool.close()
            if self._workers is not None:
                with anyio.move_on_after(_CLOSE_S, shield=True):
                    await self._workers.close()
        finally:
            self._workers = None
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
        run = Run(
            sitting,
            pool=self._pool,
            check=partial(self._run_check, sitting.question, sitting.plan.spec.files),
            recorder=Recorder(self._on_event),
            techniques=self._techniques,
            seed=self._seed,
            retry=self._retry,
        )
        self._runs.add(run)
        try:
            return await run.go()
        finally:
            self._runs.discard(run)

    def stop(self) -> None:
        """Cut all runs short: each ends with the best answer it has so far."""
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

    async def _run_check(
        self,
        question: Question,
        files: Mapping[str, FileSpec],
        check: Check,
        text: str,
        *,
        trusted: bool,
        timeout_s: float,
    ) -> CheckResult:
        # Imported here: most plans check nothing.
        from archon_runtime.check_pool import TrustedWorkers
        from archon_runtime.checks import run_check
        from archon_runtime.sandbox.choose import choose_sandbox

        if self._sandbox is None:
            self._sandbox = choose_sandbox(unsafe=self._unsafe_checks)
        if self._workers is None:
            self._workers = TrustedWorkers()
        return await run_check(
            check,
            text,
            question,
            files,
            sandbox=self._sandbox,
            trusted=trusted,
            timeout_s=timeout_s,
            workers=self._workers,
        )


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
    retry: RetryPolicy | None = None,
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
            retry=retry,
        ) as runtime:
            return await runtime.run(plan, question, data, resume)

    return anyio.run(run)
