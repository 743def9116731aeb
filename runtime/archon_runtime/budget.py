"""Ledgers: what a run, a layer or a batch may spend, has reserved, and has spent.

Every call reserves its worst case before it is sent and settles with its bill, so
that calls side by side cannot overspend together. Nothing here waits but `changed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

import anyio

from archon_runtime.errors import BudgetExceeded
from archon_runtime.plan import BudgetSpec, OnExhausted
from archon_runtime.room import FIELDS, NO_HOLD, Hold, Room, held_back, word_for
from archon_runtime.usage import NOTHING, Usage

__all__ = [
    "NO_HOLDS",
    "OVERRUN_CODE",
    "BudgetRefusal",
    "Holds",
    "Ledger",
    "Reservation",
    "out_of_time",
]

OVERRUN_CODE = "R0111"
"""Marks a bill above its reservation, in notes."""


class BudgetRefusal(BudgetExceeded):
    """A limit would be passed; says what its budget wants done about that."""

    def __init__(self, message: str, *, place: str, help: str, on_exhausted: OnExhausted) -> None:
        super().__init__(message, place=place, help=help)
        self.on_exhausted = on_exhausted


@dataclass(frozen=True, slots=True, eq=False)
class Reservation:
    """An estimate that is set aside; settled or released exactly once."""

    estimate: Usage


def out_of_time(budget: BudgetSpec, *, place: str, help: str) -> BudgetRefusal:
    """Say that the time of *budget* is over."""
    return BudgetRefusal(
        f"`time` is limited to {budget.time_s:g} s, and they are over",
        place=f"budget of {place}",
        help=help,
        on_exhausted=budget.on_exhausted,
    )


Holds: TypeAlias = "Mapping[Ledger, Hold]"
"""What must stay free for other layers, by the ledger that they too spend from."""

NO_HOLDS: Holds = MappingProxyType({})


class Ledger:
    """Keeps spent + reserved within limits, here and in every parent.

    `name` is for messages: whose budget this is.
    """

    def __init__(
        self,
        limits: BudgetSpec | None = None,
        parent: Ledger | None = None,
        *,
        name: str = "the run",
    ) -> None:
        self.limits = limits or BudgetSpec()
        self.parent = parent
        self.name = name
        self._spent = NOTHING
        self._reserved = NOTHING
        self._open: set[Reservation] = set()
        self._overrun = ""
        self._change: anyio.Event | None = None
        self._limited = tuple(n for n in FIELDS if getattr(self.limits, n) is not None)
        self._lineage: tuple[Ledger, ...] = (self, *(parent._lineage if parent else ()))

    @property
    def spent(self) -> Usage:
        """What was billed, or counts as billed."""
        return self._spent

    @property
    def reserved(self) -> Usage:
        """What is set aside for calls under way."""
        return self._reserved

    @property
    def booked(self) -> Usage:
        """Spent and reserved together."""
        return self._spent + self._reserved

    def reserve(self, estimate: Usage, holds: Holds = NO_HOLDS) -> Reservation:
        """Set aside *estimate* before a call, here and in all parents, or nowhere.

        What *holds* keeps in one of these ledgers for other layers stays free there.

        Raises:
            BudgetRefusal: spent + reserved + held + estimate would pass a limit.

        Source: specs/runtime.md, rules B1 to B4.
        """
        for ledger in self._lineage:
            ledger._refuse_overrun()
            for name in ledger._limited:
                left = ledger._left(name, holds)
                if left is not None and getattr(estimate, name) > left:
                    raise ledger._refusal(name, estimate, holds.get(ledger, NO_HOLD))
        reservation = Reservation(estimate)
        self._open.add(reservation)
        for ledger in self.lineage():
            ledger._reserved += estimate
        return reservation

    def settle(self, reservation: Reservation, actual: Usage) -> tuple[str, ...]:
        """Book what a call was billed; give back the rest of its reservation.

        Returns the fields in which the bill is above the reservation. It is booked in
        full then, and a ledger that limits such a field refuses everything after it.
        """
        above = self.fields_above(actual, reservation.estimate)
        self._close(reservation, actual)
        self._mark_overrun(above)
        return tuple(word_for(name) for name in above)

    def release(self, reservation: Reservation) -> None:
        """Give a reservation back: the call was never sent."""
        self._close(reservation, NOTHING)

    def book(self, past: Usage, estimate: Usage) -> None:
        """Count a call of an earlier sitting as spent, with what was reserved for it."""
        for ledger in self.lineage():
            ledger._spent += past
        self._mark_overrun(self.fields_above(past, estimate))

    def room(self, holds: Holds = NO_HOLDS) -> Room:
        """Tell what is left of each limit, the least over this ledger and its parents."""
        least: dict[str, int | Decimal | None] = {}
        for ledger in self._lineage:
            for name in ledger._limited:
                left = ledger._left(name, holds)
                known = least.get(name)
                if left is not None:
                    least[name] = max(0, left if known is None else min(left, known))
        return Room(**least)  # type: ignore[arg-type]

    def may_fit_later(self, estimate: Usage, holds: Holds = NO_HOLDS) -> bool:
        """Tell whether *estimate* could fit once calls under way are billed less.

        Calls under way stay calls, so a limit of calls never gets looser.
        """
        short = False
        for ledger in self.lineage():
            if ledger._overrun:
                return False
            for name in FIELDS:
                left = ledger._left(name, holds)
                if left is None or getattr(estimate, name) <= left:
                    continue
                if name == "calls" or not getattr(ledger.reserved, name):
                    return False
                short = True
        return short

    async def changed(self) -> None:
        """Wait until something is settled or released in this ledger's family."""
        root = self._lineage[-1]
        if root._change is None:
            root._change = anyio.Event()
        await root._change.wait()

    def limits_any(self, *names: str) -> bool:
        """Tell whether one of these fields has a limit, here or in a parent."""
        return any(
            getattr(ledger.limits, name) is not None for ledger in self.lineage() for name in names
        )

    def lineage(self) -> Iterator[Ledger]:
        """Go through all ledgers that a call here is booked in: this one and those above."""
        return iter(self._lineage)

    @staticmethod
    def fields_above(actual: Usage, estimate: Usage) -> tuple[str, ...]:
        """Name the fields in which *actual* is more than *estimate*."""
        return tuple(n for n in FIELDS if getattr(actual, n) > getattr(estimate, n))

    def _left(self, name: str, holds: Holds) -> int | Decimal | None:
        limit: int | Decimal | None = getattr(self.limits, name)
        if limit is None:
            return None
        left: int | Decimal = limit - getattr(self._spent, name) - getattr(self._reserved, name)
        return left - held_back(name, left, holds.get(self, NO_HOLD))

    def _close(self, reservation: Reservation, actual: Usage) -> None:
        self._open.remove(reservation)  # a KeyError here is a reservation closed twice: a bug
        for ledger in self.lineage():
            ledger._reserved -= reservation.estimate
            ledger._spent += actual
        root = self._lineage[-1]
        if root._change is not None:
            root._change.set()
            root._change = None

    def _mark_overrun(self, above: tuple[str, ...]) -> None:
        for ledger in self._lineage if above else ():
            limited = [name for name in above if getattr(ledger.limits, name) is not None]
            if limited:
                ledger._overrun = ", ".join(f"`{word_for(n)}`" for n in limited)

    def _refuse_overrun(self) -> None:
        if self._overrun:
            raise BudgetRefusal(
                f"a bill was above its reservation in {self._overrun}, so the limits can no "
                "longer be promised and nothing more is sent",
                place=f"budget of {self.name}",
                help="the provider counts tokens otherwise than stated; look at the trace",
                on_exhausted=self.limits.on_exhausted,
            )

    def _refusal(self, name: str, estimate: Usage, hold: Hold) -> BudgetRefusal:
        limit = getattr(self.limits, name)
        left = limit - getattr(self.booked, name)
        held = held_back(name, left, hold)
        word = word_for(name)
        kept = f", {_show(held)} held for other layers" if held else ""
        return BudgetRefusal(
            f"`{word}` is limited to {_show(limit)}: {_show(getattr(self.spent, name))} spent, "
            f"{_show(getattr(self.reserved, name))} reserved{kept}, and the next call may take "
            f"{_show(getattr(estimate, name))}",
            place=f"budget of {self.name}",
            help=f"raise `{word}` in the budget, or ask for less",
            on_exhausted=self.limits.on_exhausted,
        )


def _show(amount: int | Decimal) -> str:
    return f"${amount:.6f}" if isinstance(amount, Decimal) else f"{amount:,}"
