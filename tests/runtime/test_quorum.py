"""Layers that go on before all is done: with a quorum, or after a time."""

from __future__ import annotations

import pytest

from archon_runtime import Result
from archon_runtime.chat import ChatRequest
from archon_runtime.plan import BudgetSpec, OnExhausted
from tests.properties.worlds import Layers
from tests.runtime.plans import Nested, Step, make_plan
from tests.runtime.scripted import Said, Scripted
from tests.runtime.techniques import run

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]

EIGHT = Step("generator", options={"samples": 8})
FUSE = Step("fuser")


def slow(*samples: int) -> Scripted:
    """Answer after a second, or after ten minutes for some samples."""

    def say(request: ChatRequest) -> Said:
        late = request.purpose == "generator" and request.sample in samples
        return Said(f"{request.purpose} {request.sample}", 600.0 if late else 1.0)

    return Scripted(say)


def notes(result: Result, kind: str) -> list[str]:
    return [note.message for x in result.trace.layers for note in x.notes if note.kind == kind]


async def test_layer_goes_on_with_its_quorum_and_says_what_is_missing() -> None:
    lab = slow(2, 5)
    plan = make_plan({"draft": [EIGHT], "fuse": [FUSE]}, quorums={"draft": 6})
    result = await run(plan, lab)
    assert result.answer == "fuser 0"
    assert result.trace.seconds == pytest.approx(2.0)
    drafts = [each.text for each in result.trace.layers[0].outflow]
    assert drafts == [f"generator {i}" for i in (0, 1, 3, 4, 6, 7)]
    said = ["6 of 8 places are filled, `quorum` is 6; left empty: 3, 6"]
    assert notes(result, "quorum") == said
    assert result.degraded == ()
    assert result.unknown_calls == 2
    assert result.usage.calls == 9


async def test_quorum_that_is_not_needed_changes_nothing() -> None:
    plan = make_plan({"draft": [EIGHT], "fuse": [FUSE]}, quorums={"draft": 8})
    result = await run(plan, slow())
    assert notes(result, "quorum") == []
    assert len(result.trace.layers[0].outflow) == 8


async def test_quorum_covers_what_the_budget_refused() -> None:
    plan = make_plan(
        {"draft": [EIGHT], "fuse": [FUSE]},
        quorums={"draft": 3},
        layer_budgets={"draft": BudgetSpec(calls=5)},
    )
    result = await run(plan, slow(0, 1))
    assert result.degraded == ()
    assert len(result.trace.layers[0].outflow) == 3


async def test_layer_goes_on_after_its_timeout_and_is_degraded() -> None:
    plan = make_plan({"draft": [EIGHT], "fuse": [FUSE]}, timeouts_s={"draft": 20.0})
    result = await run(plan, slow(2, 5))
    assert result.answer == "fuser 0"
    assert result.trace.seconds == pytest.approx(21.0)
    said = "layer `draft`: 2 of 8 places are empty: its `timeout` of 20 s is over"
    assert result.degraded == (said,)


async def test_timeout_holds_though_the_budget_says_fail_and_counts_from_the_first_candidate() -> (
    None
):
    failing = BudgetSpec(time_s=300.0, on_exhausted=OnExhausted.FAIL)

    def say(request: ChatRequest) -> Said:
        return Said(request.purpose, 50.0 if request.purpose == "generator" else 600.0)

    plan = make_plan(
        {"draft": [EIGHT], "fuse": [FUSE]},
        timeouts_s={"fuse": 20.0},
        layer_budgets={"fuse": failing},
    )
    result = await run(plan, Scripted(say))
    assert result.answer == "generator"  # the drafts go through: there is no fused answer
    assert result.trace.seconds == pytest.approx(70.0)


async def test_architectures_count_for_a_quorum_and_are_cancelled_by_it() -> None:
    def say(request: ChatRequest) -> Said:
        return Said("x", 600.0 if "slow" in request.messages[-1].content else 1.0)

    lab = Scripted(say)
    inner = {"draft": [Step("generator")], "fuse": [FUSE]}
    layers: Layers = {"both": [Nested("a", inner), Nested("b", inner), EIGHT], "fuse": [FUSE]}
    result = await run(make_plan(layers, quorums={"both": 8}), lab)
    # Eight samples are there when the architectures have drafted only.
    assert result.trace.seconds == pytest.approx(2.0)
    (said,) = notes(result, "quorum")
    assert said.endswith("left empty: 1, 2")
    assert result.degraded == ()
    assert lab.active == 0
