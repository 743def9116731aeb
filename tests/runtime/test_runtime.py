"""The way in: what a program that embeds the runtime relies on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import archon_runtime
from archon_runtime import Message, Plan, Question, Role, Runtime, run_sync
from archon_runtime.errors import KeyMissing, PlanInvalid, QuestionInvalid
from archon_runtime.event import (
    CallFinished,
    Event,
    LayerFinished,
    LayerProgress,
    LayerStarted,
    RunStarted,
)
from archon_runtime.plan import BudgetSpec, ProviderSpec
from archon_runtime.providers.base import Provider
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

ONE = make_plan({"draft": [Step("generator")]}, budget=BudgetSpec(calls=5))
TWO = make_plan({"draft": [Step("generator", options={"samples": 2})], "fuse": [Step("fuser")]})


def test_sync_twin_answers() -> None:
    lab = Scripted(lambda r: Said(r.messages[-1].content))
    assert run_sync(ONE, "why?", providers={"lab": lab}).answer == "why?"
    assert (lab.opened, lab.closed) == (1, 1)


@pytest.mark.anyio
async def test_provider_is_shared_by_runs_and_opened_once() -> None:
    made: list[str] = []
    lab = Scripted(lambda r: Said())

    def make(name: str, spec: ProviderSpec) -> Provider:
        made.append(name)
        return lab

    async with Runtime(providers=make) as runtime:
        await runtime.run(ONE, "why?")
        await runtime.run(ONE, "and why?")
    assert made == ["lab"]
    assert (lab.opened, lab.closed) == (1, 1)


@pytest.mark.anyio
async def test_provider_that_cannot_be_opened_is_closed_and_nothing_is_asked() -> None:
    lab = Scripted(lambda r: Said(), open_error=KeyMissing("`LAB_KEY` is not set"))
    async with Runtime(providers={"lab": lab}) as runtime:
        with pytest.raises(KeyMissing):
            await runtime.run(ONE, "why?")
    assert (lab.opened, lab.closed, lab.requests) == (1, 1, [])


@pytest.mark.anyio
async def test_conversation_and_data_reach_the_model_unaltered() -> None:
    lab = Scripted(lambda r: Said())
    asked = [
        Message(Role.SYSTEM, "Be brief."),
        Message(Role.USER, "a"),
        Message(Role.ASSISTANT, "b"),
        Message(Role.USER, "c"),
    ]
    before = list(asked)
    async with Runtime(providers={"lab": lab}) as runtime:
        await runtime.run(ONE, asked, {"words": ["x"]})
        await runtime.run(ONE, Question(tuple(asked)))
    assert asked == before
    assert [list(request.messages) for request in lab.requests] == [asked, asked]


@pytest.mark.anyio
async def test_events_tell_the_run_in_order() -> None:
    events: list[Event] = []
    lab = Scripted(lambda r: Said())
    async with Runtime(providers={"lab": lab}, on_event=events.append) as runtime:
        result = await runtime.run(TWO, "why?")
    first = events[0]
    assert isinstance(first, RunStarted)
    assert first.layers == ("draft", "fuse")
    assert not first.cannot_exceed  # there is no budget
    starts = [e.layer for e in events if isinstance(e, LayerStarted)]
    ends = [(e.layer, e.candidates) for e in events if isinstance(e, LayerFinished)]
    assert (starts, ends) == (["draft", "fuse"], [("draft", 2), ("fuse", 1)])
    assert [e.decided for e in events if isinstance(e, LayerProgress)] == [1, 2, 1]
    calls = [e for e in events if isinstance(e, CallFinished)]
    assert sum(e.usage.calls for e in calls) == result.usage.calls == 3


@pytest.mark.parametrize(("calls", "fits"), [(9, True), (8, False)])
def test_run_says_whether_it_can_exceed_its_budget(calls: int, fits: bool) -> None:
    events: list[Event] = []
    plan = make_plan(
        {"draft": [Step("generator", options={"samples": 3})]}, budget=BudgetSpec(calls=calls)
    )
    run_sync(plan, "why?", providers={"lab": Scripted(lambda r: Said())}, on_event=events.append)
    assert isinstance(events[0], RunStarted)
    assert events[0].cannot_exceed is fits  # three calls, each tried three times


def test_result_is_json_as_a_whole() -> None:
    result = run_sync(TWO, "why?", providers={"lab": Scripted(lambda r: Said(r.purpose))})
    raw = json.loads(json.dumps(result.to_json()))
    assert raw["answer"] == "fuser"
    assert raw["usage"] == {
        "calls": 3,
        "prompt_tokens": 30,
        "completion_tokens": 15,
        "cost_usd": "0",
    }
    assert [layer["layer"] for layer in raw["trace"]["layers"]] == ["draft", "fuse"]
    assert raw["run_id"] == ""


@pytest.mark.parametrize(
    ("plan", "question", "error"),
    [
        pytest.param(None, "why?", PlanInvalid, id="no plan"),
        pytest.param(ONE, None, QuestionInvalid, id="no question"),
        pytest.param(ONE, "  ", QuestionInvalid, id="empty question"),
    ],
)
def test_run_needs_a_plan_and_a_question(
    plan: Plan | None, question: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        run_sync(plan, question)


def test_no_secret_is_in_the_journal(tmp_path: Path) -> None:
    run_sync(
        ONE,
        "why?",
        providers={"lab": Scripted(lambda r: Said())},
        journal=tmp_path / "j",
        environ={"LAB_KEY": "sk-very-secret"},
    )
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"why?" in written
    assert b"sk-very-secret" not in written


def test_public_names_are_there() -> None:
    assert set(archon_runtime.__all__) == set(dir(archon_runtime))
    for name in archon_runtime.__all__:
        assert getattr(archon_runtime, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = archon_runtime.Nothing
