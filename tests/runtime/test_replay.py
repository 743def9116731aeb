"""Replaying: the same answer out of the journal, with nobody to ask."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from archon_runtime import Plan, Result, run_sync
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import JournalFailed, ProviderRefused, ReplayMissing
from archon_runtime.plan import BudgetSpec, ModelSpec
from archon_runtime.providers.base import Provider
from archon_runtime.usage import Price
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

DRAFTS = [Step("generator", options={"samples": 4})]
MODEL = ModelSpec("lab", "m", max_tokens=100, price=Price(Decimal(1), Decimal(2)))


def plan_of(budget: BudgetSpec | None = None, **layers: Any) -> Plan:
    return make_plan({"draft": DRAFTS, **layers}, models={"m": MODEL}, budget=budget)


PANEL = plan_of(fuse=[Step("fuser")])


def script(request: ChatRequest) -> Said:
    return Said(f"{request.purpose} {request.sample}")


def run(path: Path, plan: Plan, script: Any = script) -> Result:
    return run_sync(plan, "why?", journal=path, providers={"lab": Scripted(script)})


def replay(path: Path, run_id: str, plan: Plan | None = None, **more: Any) -> Result:
    def nobody(*_: object) -> Provider:
        raise AssertionError("a replay makes no provider")

    return run_sync(plan, replay=run_id, journal=path, providers=nobody, environ={}, **more)


def content(path: Path) -> list[Any]:
    connection = sqlite3.connect(path)
    rows = [connection.execute(f"SELECT * FROM {each}").fetchall() for each in ("runs", "calls")]
    connection.close()
    return rows


def test_replay_gives_the_same_and_asks_nobody(tmp_path: Path) -> None:
    first = run(tmp_path / "j", PANEL)
    before = content(tmp_path / "j")
    again = replay(tmp_path / "j", first.run_id[:5])
    assert (again.answers, again.candidates, again.usage) == (
        first.answers,
        first.candidates,
        first.usage,
    )
    assert (again.run_id, again.degraded, again.warnings) == (first.run_id, (), ())
    assert content(tmp_path / "j") == before


def test_replay_does_not_need_the_retries_that_failed(tmp_path: Path) -> None:
    seen: set[int] = set()

    def flaky(request: ChatRequest) -> Said:
        if request.purpose == "generator" and request.sample not in seen:
            seen.add(request.sample)
            return Said("  ")  # an empty reply is asked for again
        return script(request)

    first = run(tmp_path / "j", PANEL, flaky)
    again = replay(tmp_path / "j", first.run_id)
    assert again.answer == first.answer
    assert again.usage == first.usage
    assert first.usage.calls == 9


def test_another_plan_is_tried_on_the_replies(tmp_path: Path) -> None:
    first = run(tmp_path / "j", PANEL)
    voted = replay(tmp_path / "j", first.run_id, plan_of(vote=[Step("voter")]))
    assert voted.answer == "generator 0"


def test_call_that_is_missing_is_named(tmp_path: Path) -> None:
    first = run(tmp_path / "j", PANEL)
    wider = make_plan(
        {"draft": [Step("generator", options={"samples": 5})], "fuse": [Step("fuser")]},
        models={"m": MODEL},
    )
    with pytest.raises(ReplayMissing, match=r"no reply to the call draft/draft\.1#4\.0") as caught:
        replay(tmp_path / "j", first.run_id, wider)
    assert caught.value.place == f"run `{first.run_id}`"
    assert "replay it with the plan that it was made with" in caught.value.help


def test_call_that_failed_then_is_named_with_its_failure(tmp_path: Path) -> None:
    def broken(request: ChatRequest) -> Said:
        refused = ProviderRefused("no such model")
        return Said(error=refused if request.purpose == "fuser" else None)

    with pytest.raises(ProviderRefused) as failed:
        run(tmp_path / "j", PANEL, broken)
    with pytest.raises(ReplayMissing, match=r"which failed \(R0132: no such model\)") as caught:
        replay(tmp_path / "j", failed.value.run_id)
    assert "fuse/fuse.1#0.0" in caught.value.message


@pytest.mark.parametrize(
    "budget",
    [
        BudgetSpec(calls=3),
        BudgetSpec(calls=5),
        BudgetSpec(cost_usd=Decimal("0.0003")),
        BudgetSpec(completion_tokens=130),
    ],
    ids=["calls", "more calls", "cost", "tokens"],
)
def test_run_that_its_budget_cut_short_is_cut_short_again(
    tmp_path: Path, budget: BudgetSpec
) -> None:
    plan = plan_of(budget, pick=[Step("ranker", options={"keep": 2})], fuse=[Step("fuser")])
    first = run(tmp_path / "j", plan)
    assert first.degraded
    again = replay(tmp_path / "j", first.run_id)
    assert (again.answers, again.from_layer) == (first.answers, first.from_layer)
    assert again.degraded
    assert again.warnings == ()
    assert again.usage == first.usage


def test_another_answer_than_the_recorded_one_is_said(tmp_path: Path) -> None:
    first = run(tmp_path / "j", PANEL)
    connection = sqlite3.connect(tmp_path / "j")
    connection.execute("UPDATE runs SET result = replace(result, 'fuser 0', 'fuser 9')")
    connection.commit()
    connection.close()
    again = replay(tmp_path / "j", first.run_id)
    assert again.warnings == ("the answer is not the one that the journal has for this run",)


def test_another_question_or_no_journal_is_refused(tmp_path: Path) -> None:
    first = run(tmp_path / "j", PANEL)
    with pytest.raises(JournalFailed, match="asked another question"):
        replay(tmp_path / "j", first.run_id, question="why not?")
    with pytest.raises(JournalFailed, match="cannot be replayed without a journal"):
        run_sync(replay=first.run_id)
