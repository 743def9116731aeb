"""The ledger: reserve, settle, release, nested limits, what is held back, overruns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from archon_runtime.budget import BudgetRefusal, Ledger
from archon_runtime.plan import BudgetSpec, OnExhausted
from archon_runtime.room import Hold
from archon_runtime.usage import NOTHING, Price, Usage

ONE = Usage(calls=1, prompt_tokens=10, completion_tokens=20, cost_usd=Decimal("0.01"))


def test_reserved_counts_until_it_is_settled_with_less() -> None:
    ledger = Ledger(BudgetSpec(tokens=50))
    reservation = ledger.reserve(ONE)
    with pytest.raises(BudgetRefusal):
        ledger.reserve(ONE)
    assert ledger.settle(reservation, Usage(1, 5, 5)) == ()
    assert (ledger.spent, ledger.reserved) == (Usage(1, 5, 5), NOTHING)
    ledger.reserve(ONE)


def test_released_reservation_leaves_no_trace() -> None:
    ledger = Ledger(BudgetSpec(calls=1))
    ledger.release(ledger.reserve(ONE))
    assert ledger.booked == NOTHING


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        pytest.param(BudgetSpec(calls=1), "`calls` is limited to 1:", id="calls"),
        pytest.param(BudgetSpec(tokens=59), "`tokens` is limited to 59:", id="tokens"),
        pytest.param(BudgetSpec(prompt_tokens=19), "`prompt_tokens`", id="prompt"),
        pytest.param(BudgetSpec(completion_tokens=39), "`completion_tokens`", id="completion"),
        pytest.param(BudgetSpec(cost_usd=Decimal("0.019")), "`cost` is limited to $0.019", id="$"),
    ],
)
def test_every_limit_refuses_with_numbers(limits: BudgetSpec, word: str) -> None:
    ledger = Ledger(limits)
    ledger.reserve(ONE)
    with pytest.raises(BudgetRefusal, match="reserved") as caught:
        ledger.reserve(ONE)
    assert word in caught.value.message
    assert caught.value.help


def test_limit_is_reached_exactly() -> None:
    ledger = Ledger(BudgetSpec(calls=2, tokens=60, cost_usd=Decimal("0.02")))
    ledger.reserve(ONE)
    ledger.reserve(ONE)


def test_refusal_of_a_parent_books_nothing_in_the_child() -> None:
    run = Ledger(BudgetSpec(calls=1, on_exhausted=OnExhausted.FAIL))
    layer = Ledger(BudgetSpec(calls=5), run, name="layer `draft`")
    layer.reserve(ONE)
    with pytest.raises(BudgetRefusal) as caught:
        layer.reserve(ONE)
    assert caught.value.place == "budget of the run"
    assert caught.value.on_exhausted is OnExhausted.FAIL
    assert layer.booked.calls == run.booked.calls == 1


def test_settling_books_in_all_parents() -> None:
    run = Ledger()
    layer = Ledger(None, run)
    layer.settle(layer.reserve(ONE), ONE)
    assert run.spent == layer.spent == ONE


def test_closing_a_reservation_twice_is_a_bug() -> None:
    ledger = Ledger()
    reservation = ledger.reserve(ONE)
    ledger.settle(reservation, ONE)
    with pytest.raises(KeyError):
        ledger.release(reservation)


def test_bill_above_its_reservation_is_booked_and_nothing_is_sent_after() -> None:
    run = Ledger(BudgetSpec(tokens=1000))
    layer = Ledger(None, run)
    above = layer.settle(layer.reserve(ONE), Usage(1, 10, 25, Decimal("0.01")))
    assert above == ("tokens", "completion_tokens")
    assert run.spent.completion_tokens == 25
    with pytest.raises(BudgetRefusal, match="above its reservation in `tokens`"):
        layer.reserve(ONE)


def test_bill_above_its_reservation_breaks_no_promise_without_a_limit() -> None:
    ledger = Ledger(BudgetSpec(calls=5))
    assert ledger.settle(ledger.reserve(ONE), Usage(1, 99, 25)) != ()
    ledger.reserve(ONE)


def test_room_is_the_least_of_all_ledgers() -> None:
    run = Ledger(BudgetSpec(calls=3, tokens=100))
    layer = Ledger(BudgetSpec(tokens=50), run)
    layer.reserve(ONE)
    room = layer.room()
    assert (room.calls, room.tokens, room.cost_usd) == (2, 20, None)


def test_room_tells_how_long_a_completion_may_be() -> None:
    price = Price(Decimal(1_000_000), Decimal(2_000_000))
    ledger = Ledger(BudgetSpec(cost_usd=Decimal(100), tokens=60))
    assert ledger.room().completion_for(10, price) == 45
    assert ledger.room().completion_for(50, price) == 10
    assert ledger.room().completion_for(101, price) == 0
    assert Ledger().room().completion_for(10, price) is None


def test_hold_keeps_calls_for_later_layers() -> None:
    run = Ledger(BudgetSpec(calls=4))
    draft, fuse = Ledger(None, run), Ledger(None, run)
    holds = {run: Hold(later=Usage(calls=1))}
    for _ in range(3):
        draft.reserve(ONE, holds)
    with pytest.raises(BudgetRefusal, match="1 held for other layers"):
        draft.reserve(ONE, holds)
    fuse.reserve(ONE)


def test_hold_of_calls_leaves_a_layer_its_own_least() -> None:
    run = Ledger(BudgetSpec(calls=2))
    draft = Ledger(None, run)
    draft.reserve(ONE, {run: Hold(later=Usage(calls=5), own=Usage(calls=2))})
    draft.reserve(ONE, {run: Hold(later=Usage(calls=5), own=Usage(calls=1))})
    assert run.booked.calls == 2


def test_hold_of_tokens_is_shared_out_where_not_all_fits() -> None:
    run = Ledger(BudgetSpec(tokens=100))
    draft = Ledger(None, run)
    hold = Hold(later=Usage(completion_tokens=300), own=Usage(completion_tokens=100))
    assert draft.room({run: hold}).tokens == 25


def test_hold_never_refuses_the_first_call_of_a_layer() -> None:
    run = Ledger(BudgetSpec(tokens=30))
    draft = Ledger(None, run)
    hold = Hold(later=Usage(completion_tokens=300), own=ONE, first=ONE)
    draft.reserve(ONE, {run: hold})


def test_hold_binds_only_the_ledger_that_it_is_for() -> None:
    run = Ledger(BudgetSpec(calls=10))
    layer = Ledger(BudgetSpec(calls=1), run)
    layer.reserve(ONE, {run: Hold(later=Usage(calls=3))})


def test_nothing_is_left_or_held_after_a_bill_above_its_reservation() -> None:
    run = Ledger(BudgetSpec(tokens=40))
    run.settle(run.reserve(ONE), Usage(1, 30, 20))
    assert run.room().tokens == 0
    assert run.room({run: Hold(later=ONE, own=ONE)}).tokens == 0
    assert not run.may_fit_later(ONE)


def test_only_what_calls_under_way_may_give_back_is_waited_for() -> None:
    ledger = Ledger(BudgetSpec(tokens=40, calls=5))
    assert not ledger.may_fit_later(ONE)  # it fits now
    reservation = ledger.reserve(ONE)
    assert ledger.may_fit_later(ONE)
    ledger.settle(reservation, ONE)
    assert not ledger.may_fit_later(ONE)
    calls = Ledger(BudgetSpec(calls=1))
    calls.reserve(ONE)
    assert not calls.may_fit_later(ONE)


def test_past_calls_count_as_spent() -> None:
    ledger = Ledger(BudgetSpec(calls=1))
    ledger.book(ONE, ONE)
    with pytest.raises(BudgetRefusal):
        ledger.reserve(ONE)
