"""One run under way: opened, limited, stopped, and brought to its result or its error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import anyio

from archon_runtime.books import Account, open_books
from archon_runtime.budget import BudgetRefusal, Ledger, out_of_time
from archon_runtime.calls import Calls
from archon_runtime.engine import Engine
from archon_runtime.errors import ArchonError, JournalFailed, RunStopped
from archon_runtime.event import RunStarted
from archon_runtime.journal import CallState, RunStatus
from archon_runtime.pipeline import PipelineTools
from archon_runtime.plan import (
    BudgetSpec,
    OnExhausted,
    models_asked,
    walk_layers,
)
from archon_runtime.provider_pool import OpenProvider, ProviderPool
from archon_runtime.recorder import Recorder
from archon_runtime.result import Result
from archon_runtime.retry import RetryPolicy
from archon_runtime.run_limits import cannot_exceed, check_prices
from archon_runtime.run_tools import CheckRunner, RunTools
from archon_runtime.sitting import Sitting
from archon_runtime.tail import Tail, need_of_layer
from archon_runtime.techniques.base import Technique

__all__ = ["Run"]


class Run:
    """Brings one sitting to its end; *ledger* and *tail* keep its books and its reserve."""

    def __init__(
        self,
        sitting: Sitting,
        *,
        pool: ProviderPool,
        check: CheckRunner,
        recorder: Recorder,
        techniques: Mapping[str, type[Technique[Any]]],
        seed: int,
        retry: RetryPolicy,
        age: int = 0,
        batch: Ledger | None = None,
        ledger: type[Ledger] = Ledger,
        tail: type[Tail] = Tail,
    ) -> None:
        self._sitting = sitting
        self._spec = sitting.plan.spec
        self._budget = self._spec.budget or BudgetSpec()
        self._pool = pool
        self._check = check
        self._recorder = recorder
        self._techniques = techniques
        self._seed, self._retry = seed, retry
        self._scope, self._is_stopped = anyio.CancelScope(), False
        self._engine: Engine | None = None
        self._age, self._tail = age, tail
        self._books = open_books(self._spec, techniques, ledger, batch)

    @property
    def ledger(self) -> Ledger:
        """The run's ledger."""
        return self._books.run

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Those of all layers, in the order of `walk_layers`."""
        return self._books.accounts

    def stop(self) -> None:
        """Cut the run short: it ends with the best answer so far."""
        self._is_stopped = True
        self._scope.cancel()

    async def go(self) -> Result:
        """Run to the end.

        Raises:
            ArchonError: with what was spent until then, and the run's id if it has one.
        """
        record, status = self._sitting.record, RunStatus.STOPPED
        try:
            result = await self._work()
            if not self._is_stopped:
                status = RunStatus.DEGRADED if result.degraded else RunStatus.DONE
            return self._write_down(result, status)
        except ArchonError as error:
            status = RunStatus.STOPPED if self._is_stopped else RunStatus.FAILED
            error.usage, error.run_id = self.ledger.spent, record.run_id
            if isinstance(error, BudgetRefusal) and record.failure is not None:
                failure = record.failure  # what is at the bottom of it
                failure.usage, failure.run_id = error.usage, error.run_id
                raise failure from error
            raise
        finally:
            # Also when cancelled from outside: nothing here waits, and failed before.
            with suppress(JournalFailed):
                record.end(status, self.ledger.spent)

    def _write_down(self, result: Result, status: RunStatus) -> Result:
        """Write the end of the run; a journal that fails now must not cost the answer."""
        record = self._sitting.record
        if not record.run_id:
            return result  # nobody reads it, and a large result takes long to write
        try:
            record.end(status, self.ledger.spent, json.dumps(result.to_json()))
        except JournalFailed as error:
            said = f"the end of this run is not in the journal: {error.message}"
            return replace(result, warnings=(f"{said} ({error.place}); {error.help}",))
        return result

    async def _work(self) -> Result:
        check_prices(self._spec)
        self._count_past()
        if self._budget.time_s is not None:
            self._scope.deadline = anyio.current_time() + self._budget.time_s
        with self._scope:
            self._tell_start()
            self._engine = self._make_engine(await self._open_providers())
            await self._engine.run()
        cut = self._cut_reason() if self._scope.cancelled_caught else None
        if self._engine is None:
            raise cut or RunStopped("stopped before anything was asked")
        if cut is not None:
            if self._budget.on_exhausted is OnExhausted.FAIL:
                raise cut
            self._engine.cut_short(cut.message)
        return self._make_result(self._engine)

    async def _open_providers(self) -> Mapping[str, OpenProvider]:
        """Open what the plan's steps need, before anything is paid for."""
        models = self._spec.models
        names = dict.fromkeys(models[name].provider for name in models_asked(self._spec))
        return {name: await self._pool.get(name, self._spec.providers[name]) for name in names}

    def _make_engine(self, providers: Mapping[str, OpenProvider]) -> Engine:
        accounts = self._books.accounts
        needs = [need_of_layer(account.layer, self._spec.models) for account in accounts]
        tail = self._tail(needs, accounts)
        calls = Calls(
            providers=providers,
            ledgers=[account.ledger for account in accounts],
            tail=tail,
            record=self._sitting.record,
            recorder=self._recorder,
            seed=self._seed,
            policy=self._retry,
            age=self._age,
        )
        tools = RunTools(self._spec, self._sitting.question, calls, self._recorder, self._check)
        return Engine(PipelineTools(tools, self._books, tail, self._techniques, self._seed))

    def _count_past(self) -> None:
        """Count the calls of earlier sittings as spent; lost intents at their reservation."""
        record = self._sitting.record
        ledgers = {account.layer.name: account.ledger for account in self._books.accounts}
        for call in record.past:
            ledger = ledgers.get(call.path.partition("/")[0], self.ledger)
            ledger.book(call.usage or call.reservation, call.reservation)
            self._recorder.unknown_calls += call.state in (CallState.INTENT, CallState.UNKNOWN)
            self._recorder.cached_calls += call.state is CallState.CACHED
        record.mark_lost_intents()

    def _tell_start(self) -> None:
        self._recorder.emit(
            RunStarted(
                self._sitting.record.run_id,
                self._spec.name,
                tuple(layer.name for layer in walk_layers(self._spec.layers)),
                cannot_exceed(self._spec, self._retry),
                self._spec.assumed,
                self.ledger.spent,
            )
        )

    def _cut_reason(self) -> BudgetRefusal | RunStopped:
        if self._is_stopped:
            return RunStopped("stopped on request", help="resume the run, or run it again")
        return out_of_time(
            self._budget,
            place="the run",
            help="raise `time` in the budget, or resume the run",
        )

    def _make_result(self, engine: Engine) -> Result:
        found = engine.find()
        return Result(
            answers=tuple(candidate.text for candidate in found.chosen),
            candidates=found.candidates,
            usage=self.ledger.spent,
            unknown_calls=self._recorder.unknown_calls,
            trace=engine.trace(),
            degraded=self._recorder.degraded,
            run_id=self._sitting.record.run_id,
            from_layer=found.from_layer,
            cached_calls=self._recorder.cached_calls,
        )
