"""The ledger's invariants, under any sequence of what calls do to it."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from archon_runtime.budget import BudgetRefusal, Ledger, Reservation
from archon_runtime.plan import BudgetSpec
from archon_runtime.room import FIELDS, Hold
from archon_runtime.usage import NOTHING, Usage

usages = st.builds(
    Usage,
    calls=st.just(1),
    prompt_tokens=st.integers(0, 50),
    completion_tokens=st.integers(0, 50),
    cost_usd=st.decimals(0, 5, places=4),
)
maybe = st.one_of(st.none(), st.integers(0, 300))
budgets = st.builds(
    BudgetSpec,
    calls=st.one_of(st.none(), st.integers(0, 20)),
    tokens=maybe,
    prompt_tokens=maybe,
    completion_tokens=maybe,
    cost_usd=st.one_of(st.none(), st.decimals(0, 20, places=4)),
)
holds = st.builds(Hold, later=usages, own=usages, first=st.one_of(st.just(NOTHING), usages))
steps = st.lists(
    st.tuples(
        st.integers(0, 1), usages, holds, st.floats(0, 1), st.sampled_from(["settle", "release"])
    ),
    max_size=25,
)


def within(ledger: Ledger) -> bool:
    limits = ((name, getattr(ledger.limits, name)) for name in FIELDS)
    return all(limit is None or getattr(ledger.booked, name) <= limit for name, limit in limits)


def scaled(usage: Usage, share: float) -> Usage:
    return Usage(
        1,
        int(usage.prompt_tokens * share),
        int(usage.completion_tokens * share),
        usage.cost_usd * Decimal(str(share)),
    )


@settings(max_examples=120, deadline=None)
@given(budgets, budgets, budgets, steps)
def test_no_limit_is_passed_and_sums_agree(
    run_limits: BudgetSpec,
    one: BudgetSpec,
    two: BudgetSpec,
    moves: list[tuple[int, Usage, Hold, float, str]],
) -> None:
    run = Ledger(run_limits)
    layers = (Ledger(one, run), Ledger(two, run))
    open_calls: list[tuple[Ledger, Reservation, float, str]] = []
    billed = NOTHING
    for index, usage, hold, share, ending in moves:
        if share < 0.5 and open_calls:
            ledger, reservation, part, how = open_calls.pop(0)
            if how == "settle":
                bill = scaled(reservation.estimate, part)
                assert ledger.settle(reservation, bill) == ()
                billed += bill
            else:
                ledger.release(reservation)
        with suppress(BudgetRefusal):
            open_calls.append(
                (layers[index], layers[index].reserve(usage, {run: hold}), share, ending)
            )
        assert all(within(ledger) for ledger in (run, *layers))
    for ledger, reservation, _, _ in open_calls:
        ledger.release(reservation)
    assert all(ledger.reserved == NOTHING for ledger in (run, *layers))
    assert run.spent == billed == layers[0].spent + layers[1].spent


@settings(max_examples=120, deadline=None)
@given(budgets, st.lists(usages, max_size=10), usages, holds)
def test_room_and_reserve_agree(
    limits: BudgetSpec, before: list[Usage], usage: Usage, hold: Hold
) -> None:
    ledger = Ledger(limits)
    for each in before:
        try:
            ledger.reserve(each)
        except BudgetRefusal:
            break
    room = ledger.room({ledger: hold})
    lefts = ((name, getattr(room, name)) for name in FIELDS)
    fits = all(left is None or getattr(usage, name) <= left for name, left in lefts)
    try:
        ledger.reserve(usage, {ledger: hold})
    except BudgetRefusal:
        assert not fits
    else:
        assert fits


@settings(max_examples=100, deadline=None)
@given(budgets, usages, usages)
def test_every_bill_is_booked_in_full(limits: BudgetSpec, estimate: Usage, bill: Usage) -> None:
    ledger = Ledger(limits)
    try:
        reservation = ledger.reserve(estimate)
    except BudgetRefusal:
        return
    above = Ledger.fields_above(bill, estimate)
    ledger.settle(reservation, bill)
    assert ledger.spent == bill
    if any(getattr(limits, name) is not None for name in above):
        try:
            ledger.reserve(NOTHING)
        except BudgetRefusal:
            return
        raise AssertionError("something was sent after a bill above its reservation")
