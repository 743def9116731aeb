"""Nested architectures: a row of layers that stands in a layer as a generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import anyio
import pytest

from archon_runtime import Plan
from archon_runtime.candidate import CheckResult
from archon_runtime.chat import ChatRequest
from archon_runtime.checks import simulate_checks
from archon_runtime.errors import ProviderRefused, StepFailed
from archon_runtime.event import Event, LayerFinished, LayerStarted, RunStarted
from archon_runtime.plan import Answer, Choose
from archon_runtime.sandbox.simulated import Simulated
from tests.runtime.plans import MODEL, Nested, Step, make_plan
from tests.runtime.scripted import Said, Scripted
from tests.runtime.techniques import OWN, run

pytestmark = pytest.mark.anyio
virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)

ALL = Answer(Choose.ALL)


def drafts(count: int, model: str = "m") -> Step:
    return Step("generator", model, {"samples": count})


def best_of(label: str, count: int, model: str = "m") -> Nested:
    rank = Step("ranker", options={"keep": 1})
    return Nested(label, {"draft": [drafts(count, model)], "rank": [rank]})


def duel() -> Plan:
    return make_plan({"both": [best_of("a", 2), best_of("b", 3)], "fuse": [Step("fuser")]})


def last_first(request: ChatRequest) -> str:
    """Draft, or rank the drafts that are shown, the last one first."""
    shown = request.messages[-1].content.count("generator")
    if request.purpose != "ranker":
        return request.purpose
    return " > ".join(f"[{number}]" for number in range(shown, 0, -1))


def numbered() -> Callable[[ChatRequest], Said]:
    """Number the drafts in the order of asking; rank the last one first."""
    count = iter(range(100))

    def say(request: ChatRequest) -> Said:
        if request.purpose != "ranker":
            return Said(f"{request.purpose} {next(count)}")
        return Said(last_first(request))

    return say


async def test_answers_of_nested_architectures_are_new_candidates_of_the_layer() -> None:
    lab = Scripted(numbered(), concurrency=1)
    result = await run(duel(), lab)
    traces = {layer.layer: layer for layer in result.trace.layers}
    assert list(traces) == [
        "both.a.draft",
        "both.a.rank",
        "both.b.draft",
        "both.b.rank",
        "both",
        "fuse",
    ]
    (from_a, from_b) = traces["both"].outflow
    assert (from_a.id, from_b.id) == ("both.a#0", "both.b#0")
    assert from_a.text == traces["both.a.draft"].outflow[1].text
    assert from_b.text == traces["both.b.draft"].outflow[2].text
    assert traces["both.a.rank"].outflow[0].rank == 1
    assert from_a.rank is None
    assert traces["fuse"].inflow == (from_a, from_b)
    assert result.answer.startswith("fuser")


async def test_layer_of_nested_steps_makes_no_calls_itself() -> None:
    result = await run(duel(), Scripted(numbered()))
    calls = {layer.layer: layer.usage.calls for layer in result.trace.layers}
    assert calls == {
        "both.a.draft": 2,
        "both.a.rank": 1,
        "both.b.draft": 3,
        "both.b.rank": 1,
        "both": 0,
        "fuse": 1,
    }
    assert sum(calls.values()) == result.usage.calls


async def test_nested_steps_and_techniques_stand_side_by_side_in_order() -> None:
    plan = make_plan({"mixed": [drafts(2), best_of("a", 2), drafts(1)]}, answer=ALL)
    result = await run(plan, Scripted(numbered()))
    assert [c.id for c in result.candidates] == ["mixed.1#0", "mixed.1#1", "mixed.a#0", "mixed.3#0"]
    (mixed,) = [layer for layer in result.trace.layers if layer.layer == "mixed"]
    assert mixed.usage.calls == 3


@virtual
async def test_nested_architectures_of_a_layer_take_the_time_of_the_longest() -> None:
    result = await run(duel(), Scripted(lambda r: Said(last_first(r), after_s=7.0)))
    assert result.trace.seconds == pytest.approx(21.0)


@virtual
async def test_each_candidate_goes_on_when_it_is_there() -> None:
    plan = make_plan(
        {"both": [Nested("a", {"draft": [drafts(3)]}, ALL)], "polish": [Step("polish")]},
        techniques=OWN,
    )
    lab = Scripted(
        lambda r: Said(
            f"{r.sample}", after_s=[9.0, 1.0, 2.0][r.sample] if r.purpose == "generator" else 5.0
        )
    )
    result = await run(plan, lab)
    assert [c.id for c in result.candidates] == ["both.a#0", "both.a#1", "both.a#2"]
    polished_s = sorted(lab.started_s)[3:]
    assert [s - lab.started_s[0] for s in polished_s] == pytest.approx([1.0, 2.0, 9.0])


async def test_random_answer_of_a_nested_architecture_is_the_seed_s() -> None:
    def plan(seed: int) -> Plan:
        nested = Nested("a", {"draft": [drafts(8)]}, Answer(Choose.RANDOM, seed))
        return make_plan({"both": [nested]})

    lab = Scripted(lambda r: Said(f"{r.sample}"))
    assert (await run(plan(3), lab)).answer == (await run(plan(3), lab)).answer
    assert len({(await run(plan(seed), lab)).answer for seed in range(9)}) > 1


@virtual
async def test_first_answer_stops_the_work_that_cannot_change_it() -> None:
    nested = Nested("a", {"draft": [drafts(4)], "polish": [Step("polish")]})
    lab = Scripted(lambda r: Said(f"{r.sample}", after_s=600.0 if r.sample else 1.0))
    result = await run(make_plan({"both": [nested]}, techniques=OWN), lab)
    assert result.answer == "0, 0"
    assert result.trace.seconds == pytest.approx(2.0)
    assert (result.unknown_calls, result.degraded) == (3, ())


@virtual
async def test_nested_architecture_that_became_unneeded_is_cancelled() -> None:
    plan = make_plan(
        {
            "both": [best_of("a", 2), best_of("b", 3, "slow")],
            "check": [Step("checker", None, {"check": {"command": ["true"]}, "first": 1})],
        },
        models={"m": MODEL, "slow": replace(MODEL, model="slow")},
    )
    lab = Scripted(lambda r: Said(last_first(r), 600.0 if r.model == "slow" else 1.0))
    events: list[Event] = []
    sandbox = Simulated(simulate_checks(lambda text: CheckResult(True)), lambda job: 1.0)
    result = await run(plan, lab, sandbox=sandbox, on_event=events.append)
    assert result.trace.seconds == pytest.approx(3.0)
    assert (result.usage.calls, result.unknown_calls, result.degraded) == (6, 3, ())
    assert [c.id for c in result.candidates] == ["both.a#0"]
    started = {e.layer for e in events if isinstance(e, LayerStarted)}
    assert started == {e.layer for e in events if isinstance(e, LayerFinished)}


@virtual
async def test_unneeded_place_of_a_nested_architecture_cancels_its_work_inside() -> None:
    plan = make_plan(
        {"both": [Nested("a", {"draft": [drafts(4)]}, ALL)], "pick": [Step("take_two", None)]},
        techniques=OWN,
    )
    lab = Scripted(lambda r: Said(f"{r.sample}", after_s=1.0 if r.sample < 2 else 600.0))
    result = await run(plan, lab)
    assert len(result.candidates) == 2
    assert result.trace.seconds == pytest.approx(1.0)


@virtual
async def test_failure_inside_cancels_everything_and_names_the_step_inside() -> None:
    def say(request: ChatRequest) -> Said:
        refused = ProviderRefused("no such model") if request.purpose == "ranker" else None
        return Said(error=refused, after_s=1.0)

    begun_s = anyio.current_time()
    with pytest.raises(ProviderRefused) as caught:
        await run(duel(), Scripted(say))
    assert caught.value.place.startswith("step both.a.rank.1")
    assert anyio.current_time() - begun_s == pytest.approx(2.0)


async def test_nested_architecture_without_an_answer_leaves_its_place_empty() -> None:
    gone = Nested("gone", {"draft": [drafts(1)], "pick": [Step("drop_all", None)]})
    plan = make_plan({"both": [gone, best_of("b", 2)]}, techniques=OWN)
    result = await run(plan, Scripted(numbered()))
    assert [c.id for c in result.candidates] == ["both.b#0"]
    (both,) = [layer for layer in result.trace.layers if layer.layer == "both"]
    assert [note.message for note in both.notes] == [
        "no candidate is left after layer `both.gone.pick`"
    ]
    with pytest.raises(StepFailed, match="no candidate is left after layer `both`"):
        await run(make_plan({"both": [gone]}, techniques=OWN), Scripted(numbered()))


async def test_events_name_the_layers_inside_in_the_order_of_the_flow() -> None:
    events: list[Event] = []
    result = await run(duel(), Scripted(numbered()), on_event=events.append)
    assert isinstance(events[0], RunStarted)
    assert events[0].layers == tuple(layer.layer for layer in result.trace.layers)
    finished = [e.layer for e in events if isinstance(e, LayerFinished)]
    assert sorted(finished) == sorted(events[0].layers)
    assert finished.index("both.a.rank") < finished.index("both") < finished.index("fuse")


@pytest.mark.parametrize("depth", [3, 100])
async def test_architectures_are_nested_as_deep_as_a_plan_may(depth: int) -> None:
    nested = best_of("x", 2)
    for _ in range(depth - 1):
        nested = Nested("x", {"l": [nested]})
    result = await run(make_plan({"l": [nested]}), Scripted(numbered()))
    assert result.usage.calls == 3
    assert result.candidates[0].id == "l.x#0"
    assert len(result.trace.layers) == depth + 2
