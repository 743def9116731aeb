"""Books and tail: whose needs are held back in which ledger, with nested architectures."""

from __future__ import annotations

import pytest

from archon_runtime.books import Books, open_books
from archon_runtime.plan import BudgetSpec
from archon_runtime.tail import Tail, need_of_layer
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.usage import Usage
from tests.runtime.plans import MODEL, Nested, Step, make_plan

ONE = Usage(calls=1)
LAYERS = ["mixed.a.draft", "mixed.a.rank", "mixed.b.draft", "mixed", "fuse"]
DRAFT_A, RANK_A, DRAFT_B, MIXED, FUSE = range(5)


def two() -> Step:
    return Step("generator", options={"samples": 2})


@pytest.fixture
def books() -> Books:
    rank = Step("ranker", options={"keep": 1})
    inside = BudgetSpec(calls=9)
    plan = make_plan(
        {
            "mixed": [
                Nested("a", {"draft": [two()], "rank": [rank]}, budget=inside),
                Nested("b", {"draft": [two()]}),
                two(),
            ],
            "fuse": [Step("fuser")],
        },
        budget=BudgetSpec(calls=20),
    )
    return open_books(plan.spec, TECHNIQUES)


@pytest.fixture
def tail(books: Books) -> Tail:
    return Tail(
        [need_of_layer(each.layer, {"m": MODEL}) for each in books.accounts], books.accounts
    )


def held(tail: Tail, layer: int) -> list[int]:
    """Calls that are held back while *layer* asks, in each ledger that holds any, inmost first."""
    return [hold.later.calls for hold in tail.holds(layer, ONE).values()]


def test_accounts_are_in_the_order_of_the_flow(books: Books) -> None:
    assert [each.layer.name for each in books.accounts] == LAYERS
    assert books.positions == {name: index for index, name in enumerate(LAYERS)}
    names = [each.name for each in books.accounts[RANK_A].ledger.lineage()]
    assert names == [
        "layer `mixed.a.rank`",
        "architecture `mixed.a`",
        "layer `mixed`",
        "the run",
    ]


def test_all_but_what_comes_earlier_is_held_back_where_it_is_spent_from(tail: Tail) -> None:
    assert held(tail, DRAFT_A) == [1, 1 + 2 + 2 + 1]  # in `a`: its ranker; in the run: all others
    # Of the drafts in `a`, which come earlier, the first call, since they have had none.
    assert held(tail, RANK_A) == [1, 1 + 2 + 2 + 1]
    assert held(tail, DRAFT_B) == [2 + 1 + 2 + 1]
    assert held(tail, MIXED) == [2 + 1 + 2 + 1]
    assert held(tail, FUSE) == [1 + 1 + 1 + 1]


def test_tokens_are_not_held_back_for_what_comes_earlier(tail: Tail) -> None:
    run = [*tail.holds(FUSE, ONE).values()][-1]
    assert (run.later.calls, run.later.tokens, run.untouched) == (4, 0, 4)


def test_calls_inside_do_not_count_as_those_of_the_layer_around(books: Books, tail: Tail) -> None:
    drafts, mixed = books.accounts[DRAFT_A], books.accounts[MIXED]
    for _ in range(2):
        drafts.ledger.settle(drafts.ledger.reserve(ONE), ONE)
    assert (mixed.ledger.booked.calls, mixed.booked.calls, mixed.spent.calls) == (2, 0, 0)
    mixed.ledger.settle(mixed.ledger.reserve(ONE), ONE)
    assert (mixed.booked.calls, mixed.spent.calls, books.run.spent.calls) == (1, 1, 3)
    assert held(tail, RANK_A) == [0, 2 + 1 + 1]


def test_finished_layer_needs_nothing_more(tail: Tail) -> None:
    tail.finished.update({RANK_A, MIXED})
    assert held(tail, DRAFT_A) == [0, 2 + 1]
