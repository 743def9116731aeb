"""Whole runs on virtual time, under any latencies, failures, budgets and stops."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archon_runtime import Result
from archon_runtime.chat import ChatRequest
from archon_runtime.journal import CallState, Journal
from archon_runtime.plan import BudgetSpec, walk_layers
from archon_runtime.room import FIELDS
from archon_runtime.tail import need_of_layer
from archon_runtime.usage import NOTHING, Usage
from tests.properties.worlds import (
    LAYERS,
    NESTED,
    PRICED,
    WAVES,
    Layers,
    Watched,
    World,
    all_ledgers,
    budgets,
    moments,
    play,
    play_again,
    worlds,
)
from tests.runtime.plans import Nested, Step, make_plan
from tests.runtime.scripted import Said, Scripted

JUDGED = frozenset({"tests", "evaluate", "verify", "verify_again"})
SPECULATIVE = frozenset({"verify", "verify_again"})

both = pytest.mark.parametrize(
    "layers", [pytest.param(LAYERS, id="flat"), pytest.param(NESTED, id="nested")]
)
shapes = pytest.mark.parametrize(
    "layers",
    [
        pytest.param(LAYERS, id="flat"),
        pytest.param(NESTED, id="nested"),
        pytest.param(WAVES, id="waves"),
    ],
)


def give_budget(step: Step | Nested, budget: BudgetSpec) -> Step | Nested:
    return replace(step, budget=budget) if isinstance(step, Nested) else step


@shapes
@settings(max_examples=60, deadline=None)
@given(worlds, budgets, budgets, moments, moments)
def test_no_run_passes_its_budget_and_every_call_is_accounted_for(
    layers: Layers,
    world: World,
    budget: BudgetSpec,
    inside: BudgetSpec,
    stop_s: float | None,
    cancel_s: float | None,
) -> None:
    limited = {
        name: [give_budget(step, inside) for step in steps] for name, steps in layers.items()
    }
    plan = make_plan(limited, budget=budget, models={"m": PRICED})
    watched = Watched(world, budget)
    outcome = play(plan, watched, stop_s, cancel_s)
    if watched.run is None:
        return
    ledger = watched.run.ledger
    assert all(each.reserved == NOTHING for each in all_ledgers(watched.run))
    assert ledger.spent == watched.billed
    assert watched.lab.active == 0
    if outcome is not None:
        assert outcome.usage == ledger.spent
    if isinstance(outcome, Result):
        assert outcome.answer
        assert sum((x.usage for x in outcome.trace.layers), NOTHING) == ledger.spent


@shapes
@settings(max_examples=25, deadline=None)
@given(worlds, budgets, moments, moments)
def test_journal_says_what_the_ledger_says_and_a_resumed_run_keeps_the_budget(
    layers: Layers, world: World, budget: BudgetSpec, stop_s: float | None, cancel_s: float | None
) -> None:
    plan = make_plan(layers, budget=budget, models={"m": PRICED})
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


@shapes
@settings(max_examples=25, deadline=None)
@given(worlds, st.integers(1, 20))
def test_no_answer_is_withheld_if_one_candidate_exists(
    layers: Layers, world: World, calls: int
) -> None:
    world = World(world.seed, 0.0, world.slowest_s, world.concurrency)
    plan = make_plan(layers, budget=BudgetSpec(calls=calls), models={"m": PRICED})
    outcome = play(plan, Watched(world, BudgetSpec(calls=calls)))
    assert isinstance(outcome, Result), outcome


def say_well(request: ChatRequest, chance: Random) -> str:
    """Reply so that nothing is to be repaired."""
    shown = request.messages[-1].content
    numbers = range(1, 1 + shown.count("zebra"))
    if request.purpose == "ranker":
        return " > ".join(f"[{n}]" for n in chance.sample(numbers, len(numbers)))
    if request.purpose == "critic":
        (marker,) = set(re.findall(r"^### Critique 1 (.+)$", shown, re.MULTILINE))
        return "\n".join(f"### Critique {n} {marker}\nVery good." for n in numbers)
    return "a zebra"


@both
@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 1.0, 60.0]), st.integers(1, 8))
def test_budget_of_exactly_the_worst_case_is_enough(
    layers: Layers, seed: int, slowest_s: float, concurrency: int
) -> None:
    chance = Random(seed)
    # What judges spend depends on their verdicts, and not all of the least is always needed.
    layers = {name: each for name, each in layers.items() if name not in JUDGED}

    def say(request: ChatRequest) -> Said:
        text = say_well(request, chance)
        return Said(text, chance.uniform(0.0, slowest_s), 10, chance.randrange(1, 101))

    spec = make_plan(layers, models={"m": PRICED}).spec
    worst = sum((need_of_layer(each, spec.models) for each in walk_layers(spec.layers)), NOTHING)
    limits = BudgetSpec(**{name: getattr(worst, name) for name in FIELDS})
    watched = Watched(World(seed, 0.0, slowest_s, concurrency), limits)
    watched.lab = Scripted(say, concurrency=concurrency, counted=10)
    outcome = play(make_plan(layers, budget=limits, models={"m": PRICED}), watched)
    assert isinstance(outcome, Result), outcome
    assert outcome.degraded == ()
    notes = (note.kind for layer in outcome.trace.layers for note in layer.notes)
    assert set(notes) == {"choice"}  # the voter's: nothing was clipped, repaired or tried again
    assert outcome.usage.calls == worst.calls


@shapes
@pytest.mark.parametrize("speculates", [False, True])
@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 1000), st.lists(st.sampled_from([0.1, 1.0, 9.0, 60.0]), min_size=3, max_size=3)
)
def test_results_do_not_depend_on_the_order_of_completion(
    layers: Layers, speculates: bool, seed: int, slow: list[float]
) -> None:
    # `first` stops calls that can't matter any more: how far they came depends on time.
    says_usage = not speculates and layers is not WAVES
    layers = {
        name: steps for name, steps in layers.items() if speculates or name not in SPECULATIVE
    }
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
        usage = outcome.usage if says_usage else None
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
