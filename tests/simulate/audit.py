"""Books beside the books: what providers saw of a run, checked against its ledgers and limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal

from archon_runtime.books import Account
from archon_runtime.budget import Ledger
from archon_runtime.chat import ChatRequest
from archon_runtime.event import CallFinished, Event, LayerFinished, LayerProgress, Noted
from archon_runtime.plan import PlanSpec, StepSpec
from archon_runtime.room import FIELDS
from archon_runtime.trace import Note
from archon_runtime.usage import NOTHING, Usage

__all__ = ["AUDIT", "Audit", "Ticket"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request under way: whose it is, and the most that it can be billed."""

    position: int
    worst: Usage


@dataclass(slots=True)
class _Tally:
    """What was sent from one ledger, by the providers' own account.

    `above`: fields in which a bill was above what it could be; `overrun`: those limited.
    """

    spent: Usage = NOTHING
    under_way: Usage = NOTHING
    above: set[str] = field(default_factory=set)
    overrun: set[str] = field(default_factory=set)

    @property
    def total(self) -> Usage:
        return self.spent + self.under_way


class Audit:
    """One run as its providers and its listener see it. What is wrong goes to `found`."""

    def __init__(self, spec: PlanSpec, accounts: tuple[Account, ...], *, exact: bool) -> None:
        self.found: list[str] = []
        self.notes: list[Note] = []
        self.finished_calls: list[CallFinished] = []
        self.most_candidates: Counter[str] = Counter()
        self.worked: set[str] = set()
        self.failures = 0
        self.attempts: Counter[object] = Counter()
        self.tallies: dict[Ledger, _Tally] = {}
        self._models = spec.models
        self._accounts = accounts
        self.exact = exact  # nothing waits between a reservation and its request
        self._lineages = [tuple(account.ledger.lineage()) for account in accounts]
        self._positions = _positions_of_models(accounts)
        self._needs = [_least_calls(account) for account in accounts]
        self._sent = [0] * len(accounts)
        self._done: set[int] = set()
        names = [account.layer.name for account in accounts]
        self._by_name = {name: index for index, name in enumerate(names)}
        # It asks nobody, so that only its output shows that it worked.
        self._voters = {step.id.rpartition(".")[0] for step in _steps(accounts, "voter")}
        for lineage in self._lineages:
            for ledger in lineage:
                self.tallies[ledger] = _Tally()

    @property
    def least_calls(self) -> int:
        """The calls that the whole plan needs at least."""
        return sum(self._needs)

    def is_starved(self, layer: str) -> bool:
        """Tell whether a layer needs a call and has had none."""
        position = self._by_name[layer]
        return self._needs[position] > 0 and self._sent[position] == 0

    def begin(self, request: ChatRequest, prompt_tokens: int) -> Ticket:
        """Take down a request at the moment it reaches its provider."""
        position = self._positions[request.model]
        worst = self.price(request.model, prompt_tokens, request.max_tokens or 0)
        self._sent[position] += 1
        self.worked.add(request.purpose)
        for ledger in self._lineages[position]:
            tally = self.tallies[ledger]
            if tally.overrun and self.exact:
                self.found.append(f"a call was sent after an overrun ({request.model})")
            tally.under_way += worst
        self._look(position)
        self._look_at_tail(position)
        return Ticket(position, worst)

    def end(self, ticket: Ticket, bill: Usage) -> None:
        """Take down what the request was billed."""
        above = Ledger.fields_above(bill, ticket.worst)
        for ledger in self._lineages[ticket.position]:
            tally = self.tallies[ledger]
            tally.under_way -= ticket.worst
            tally.spent += bill
            tally.above.update(above)
            tally.overrun.update(n for n in above if getattr(ledger.limits, n) is not None)

    def price(self, model: str, prompt_tokens: int, completion_tokens: int) -> Usage:
        """Tell the usage of one call of a model."""
        price = self._models[model].price
        cost = price.cost_usd(prompt_tokens, completion_tokens) if price else Decimal(0)
        return Usage(1, prompt_tokens, completion_tokens, cost)

    def on_event(self, event: Event) -> None:
        """Listen to the run."""
        match event:
            case Noted(note):
                self.notes.append(note)
            case CallFinished():
                self.finished_calls.append(event)
            case LayerProgress():
                self._count(event.layer, event.candidates)
            case LayerFinished():
                self._count(event.layer, event.candidates)
                self._done.add(self._by_name[event.layer])
                if event.candidates and event.layer in self._voters:
                    self.worked.add("voter")
            case _:
                pass
        for position in range(len(self._accounts)):
            self._look(position)

    def _count(self, layer: str, candidates: int) -> None:
        self.most_candidates[layer] = max(self.most_candidates[layer], candidates)

    def _look(self, position: int) -> None:
        """No limit is passed, and whatever was sent is in the books."""
        for ledger in self._lineages[position]:
            tally = self.tallies[ledger]
            total, booked = tally.total, ledger.booked
            for name in FIELDS:
                limit, sent = getattr(ledger.limits, name), getattr(total, name)
                if limit is not None and name not in tally.overrun:
                    if sent > limit:
                        self.found.append(f"{ledger.name}: {name} {sent} passes the limit {limit}")
                    if getattr(booked, name) > limit:
                        self.found.append(f"{ledger.name}: {name} booked above the limit {limit}")
                if sent > getattr(booked, name) and name not in tally.above:
                    self.found.append(f"{ledger.name}: {name} sent and not booked")

    def _look_at_tail(self, position: int) -> None:
        """A layer that has had its least leaves the calls that others need (rule B5)."""
        if not self.exact or self._sent[position] <= max(1, self._needs[position]):
            return
        for ledger in self._lineages[position]:
            if ledger.limits.calls is None:
                continue
            sharing = [i for i, lineage in enumerate(self._lineages) if ledger in lineage]
            needed = sum(self._needed(each, position) for each in sharing if each != position)
            if ledger.limits.calls - self.tallies[ledger].total.calls < needed:
                self.found.append(f"{ledger.name}: calls that other layers need were spent")

    def _needed(self, other: int, position: int) -> int:
        """Tell the calls that layer *position* must leave to another one."""
        if other in self._done:
            return 0
        if other in self._accounts[position].earlier:
            return int(self._needs[other] > 0 and self._sent[other] == 0)
        return max(0, self._needs[other] - self._sent[other])


AUDIT: ContextVar[Audit] = ContextVar("AUDIT")
"""The run on whose behalf something is asked."""


def _steps(accounts: tuple[Account, ...], technique: str) -> Iterator[StepSpec]:
    for account in accounts:
        for step in account.layer.steps:
            if isinstance(step, StepSpec) and step.technique == technique:
                yield step


def _positions_of_models(accounts: tuple[Account, ...]) -> Mapping[str, int]:
    return {
        step.model: position
        for position, account in enumerate(accounts)
        for step in account.layer.steps
        if isinstance(step, StepSpec) and step.model is not None
    }


def _least_calls(account: Account) -> int:
    steps = (step for step in account.layer.steps if isinstance(step, StepSpec))
    return sum(step.bounds.calls.least for step in steps)
