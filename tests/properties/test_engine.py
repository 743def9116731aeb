"""Whole runs on virtual time, under any latencies, failures, budgets and stops."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archon_runtime import Result
from archon_runtime.chat import ChatRequest
from archon_runtime.journal import CallState, Journal
from archon_runtime.plan import BudgetSpec
from archon_runtime.usage import NOTHING, Usage
from tests.properties.worlds import (
    LAYERS,
    PRICED,
    Watched,
    World,
    budgets,
    moments,
    play,
    play_again,
    worlds,
)
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted


@settings(max_examples=60, deadline=None)
@given(worlds, budgets, moments, moments)
def test_no_run_passes_its_budget_and_every_call_is_accounted_for(
    world: World, budget: BudgetSpec, stop_s: float | None, cancel_s: float | None
) -> None:
    plan = make_plan(LAYERS, budget=budget, models={"m": PRICED})
    watched = Watched(world, budget)
    outcome = play(plan, watched, stop_s, cancel_s)
    if watched.run is None:
        return
    ledger = watched.run.ledger
    assert ledger.reserved == NOTHING
    assert ledger.spent == watched.billed
    assert watched.lab.active == 0
    if outcome is not None:
        assert outcome.usage == ledger.spent
    if isinstance(outcome, Result):
        assert outcome.answer
        assert sum((x.usage for x in outcome.trace.layers), NOTHING) == ledger.spent


@settings(max_examples=25, deadline=None)
@given(worlds, budgets, moments, moments)
def test_journal_says_what_the_ledger_says_and_a_resumed_run_keeps_the_budget(
    world: World, budget: BudgetSpec, stop_s: float | None, cancel_s: float | None
) -> None:
    plan = make_plan(LAYERS, budget=budget, models={"m": PRICED})
    watched = Watched(world, budget)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "j"
        play(plan, watched, stop_s, cancel_s, journal=path)
        journal = Journal.open(path)
        (run_id,) = [row[0] for row in journal._connection.execute("SELECT id FROM runs")]
        calls = journal.past_calls(run_id)
        journal.close()
        if watched.run is None:
            return
        assert watched.run.ledger.reserved == NOTHING
        assert all(call.state is not CallState.INTENT for call in calls)
        spent = sum((call.usage or NOTHING for call in calls), NOTHING)
        assert spent == watched.run.ledger.spent

        again = Watched(world, budget)
        outcome = play_again(run_id, again, path)
        assert again.run is not None
        assert again.run.ledger.reserved == NOTHING
        assert again.run.ledger.spent == spent + again.billed
        assert outcome.usage == again.run.ledger.spent


@settings(max_examples=25, deadline=None)
@given(worlds, st.integers(1, 20))
def test_no_answer_is_withheld_if_one_candidate_exists(world: World, calls: int) -> None:
    world = World(world.seed, 0.0, world.slowest_s, world.concurrency)
    plan = make_plan(LAYERS, budget=BudgetSpec(calls=calls), models={"m": PRICED})
    outcome = play(plan, Watched(world, BudgetSpec(calls=calls)))
    assert isinstance(outcome, Result), outcome


@pytest.mark.parametrize("speculates", [False, True])
@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 1000), st.lists(st.sampled_from([0.1, 1.0, 9.0, 60.0]), min_size=3, max_size=3)
)
def test_results_do_not_depend_on_the_order_of_completion(
    speculates: bool, seed: int, slow: list[float]
) -> None:
    # `first` stops calls that can't matter any more: how far they came depends on time.
    layers = {name: steps for name, steps in LAYERS.items() if speculates or name != "verify"}
    seen = []
    for number, slowest_s in enumerate(slow):
        world = World(seed, 0.0, 0.0, 8)

        def say(
            request: ChatRequest, world: World = world, n: int = number, s: float = slowest_s
        ) -> Said:
            said = world.say(request)
            delay = Random(f"{n} {request.purpose} {request.sample}").uniform(0.0, s)
            return Said(said.text, delay, said.prompt_tokens, said.completion_tokens)

        watched = Watched(world, BudgetSpec())
        watched.lab = Scripted(say)
        outcome = play(make_plan(layers, models={"m": PRICED}), watched)
        assert isinstance(outcome, Result)
        usage = None if speculates else outcome.usage
        seen.append((outcome.candidates, outcome.answers, usage))
    assert len(set(seen)) == 1


@pytest.mark.parametrize("samples", [1, 10])
def test_usage_of_a_plain_run_is_the_sum_of_its_replies(samples: int) -> None:
    plan = make_plan({"draft": [Step("generator", options={"samples": samples})]})
    watched = Watched(World(1, 0.0, 5.0, 4), BudgetSpec())
    watched.lab = Scripted(lambda r: Said())
    outcome = play(plan, watched)
    assert isinstance(outcome, Result)
    assert outcome.usage == Usage(samples, 10 * samples, 5 * samples)
