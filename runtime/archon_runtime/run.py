"""One run under way: opened, limited, stopped, and brought to its result or its error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import anyio

from archon_runtime.books import open_books
from archon_runtime.budget import BudgetRefusal, Ledger, out_of_time
from archon_runtime.calls import Calls
from archon_runtime.engine import Engine
from archon_runtime.errors import ArchonError, JournalFailed, PlanInvalid, RunStopped
from archon_runtime.event import RunStarted
from archon_runtime.journal import CallState, RunStatus
from archon_runtime.pipeline import PipelineTools
from archon_runtime.plan import (
    BudgetSpec,
    OnExhausted,
    PlanSpec,
    walk_layers,
    walk_nested,
    walk_steps,
)
from archon_runtime.provider_pool import OpenProvider, ProviderPool
from archon_runtime.providers.kinds import KINDS
from archon_runtime.recorder import Recorder
from archon_runtime.result import Result
from archon_runtime.retry import RetryPolicy
from archon_runtime.run_tools import CheckRunner, RunTools
from archon_runtime.sitting import Sitting
from archon_runtime.tail import Tail, need_of_layer
from archon_runtime.techniques.base import Technique

__all__ = ["Run"]


class Run:
    """Brings one sitting to its end."""

    def __init__(
        self,
        sitting: Sitting,
        *,
        pool: ProviderPool,
        check: CheckRunner,
        recorder: Recorder,
        techniques: Mapping[str, type[Technique[Any]]],
        seed: int,
        age: int = 0,
        batch: Ledger | None = None,
    ) -> None:
        self._sitting = sitting
        self._spec = sitting.plan.spec
        self._budget = self._spec.budget or BudgetSpec()
        self._pool = pool
        self._check = check
        self._recorder = recorder
        self._techniques = techniques
        self._seed = seed
        self._scope = anyio.CancelScope()
        self._is_stopped = False
        self._engine: Engine | None = None
        self._age = age
        self._books = open_books(self._spec, batch)

    @property
    def ledger(self) -> Ledger:
        """The run's ledger."""
        return self._books.run

    def stop(self) -> None:
        """Cut the run short: it ends with the best answer so far."""
        self._is_stopped = True
        self._scope.cancel()

    async def go(self) -> Result:
        """Run to the end.

        Raises:
            ArchonError: with what was spent until then, and the run's id if there is
                a journal.
        """
        record, status = self._sitting.record, RunStatus.STOPPED
        try:
            result = await self._work()
            if not self._is_stopped:
                status = RunStatus.DEGRADED if result.degraded else RunStatus.DONE
            # Only a journal wants it as text, and it takes longer than a call does.
            text = json.dumps(result.to_json()) if record.run_id else None
            record.end(status, self.ledger.spent, text)
            return result
        except ArchonError as error:
            status = RunStatus.STOPPED if self._is_stopped else RunStatus.FAILED
            error.usage, error.run_id = self.ledger.spent, record.run_id
            raise
        finally:
            # Also when cancelled from outside: nothing here waits. A journal that fails
            # now has failed before, or fails the next one who writes.
            with suppress(JournalFailed):
                record.end(status, self.ledger.spent)

    async def _work(self) -> Result:
        _check_prices(self._spec)
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
        asked = {step.model for step in walk_steps(self._spec.layers)}
        names = dict.fromkeys(
            model.provider for name, model in self._spec.models.items() if name in asked
        )
        return {name: await self._pool.get(name, self._spec.providers[name]) for name in names}

    def _make_engine(self, providers: Mapping[str, OpenProvider]) -> Engine:
        accounts = self._books.accounts
        needs = [need_of_layer(account.layer, self._spec.models) for account in accounts]
        tail = Tail(needs, accounts)
        calls = Calls(
            providers=providers,
            ledgers=[account.ledger for account in accounts],
            tail=tail,
            record=self._sitting.record,
            recorder=self._recorder,
            seed=self._seed,
            policy=RetryPolicy(),
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
        record.mark_lost_intents()

    def _tell_start(self) -> None:
        self._recorder.emit(
            RunStarted(
                self._sitting.record.run_id,
                self._spec.name,
                tuple(layer.name for layer in walk_layers(self._spec.layers)),
                _cannot_exceed(self._spec, RetryPolicy().attempts),
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
        )


def _check_prices(spec: PlanSpec) -> None:
    """Refuse a limit of cost that could not be held: a model whose price is not known."""
    budgets = [spec.budget, *(layer.budget for layer in walk_layers(spec.layers))]
    budgets += (nested.budget for nested in walk_nested(spec.layers))
    if not any(budget and budget.cost_usd is not None for budget in budgets):
        return
    asked = {step.model for step in walk_steps(spec.layers)}
    for name, model in spec.models.items():
        kind = KINDS.get(spec.providers[model.provider].kind)
        if name in asked and model.price is None and not (kind and kind.free):
            raise PlanInvalid(
                f"`cost` is limited, and model `{name}` has no price",
                help="state the model's price, or limit calls and tokens instead",
            )


def _cannot_exceed(spec: PlanSpec, attempts: int) -> bool:
    """Tell whether the plan's bounds lie within its budget, every call tried *attempts* times."""
    budget, bounds = spec.budget, spec.bounds
    if budget is None:
        return False
    prompt, completion = bounds.prompt_tokens.most, bounds.completion_tokens.most
    both = None if prompt is None or completion is None else prompt + completion
    pairs = (
        (budget.calls, bounds.calls.most),
        (budget.tokens, both),
        (budget.prompt_tokens, prompt),
        (budget.completion_tokens, completion),
        (budget.cost_usd, spec.cost_most_usd),
    )
    return all(
        limit is None or (most is not None and most * attempts <= limit) for limit, most in pairs
    )
