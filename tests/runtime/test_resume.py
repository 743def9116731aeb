"""Resuming: what was paid for is never paid for twice, even after a kill."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archon_runtime import run_sync
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import JournalFailed, ProviderRefused
from archon_runtime.event import CallFinished, Event, RunStarted
from archon_runtime.journal import Journal
from archon_runtime.plan import BudgetSpec
from tests.runtime.killed_child import HANGS_AT, eight_and_fuse
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

ROOT = Path(__file__).resolve().parents[2]


def kill_in_the_middle(path: Path, calls: int) -> str:
    """Run the child, kill it while its fifth call is under way; give the run's id."""
    command = [sys.executable, "-m", "tests.runtime.killed_child", str(path), str(calls)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) == HANGS_AT:
                break
        child.kill()
    assert child.returncode == -9
    journal = Journal.open(path)
    (run,) = [row[0] for row in journal._connection.execute("SELECT id FROM runs")]
    journal.close()
    return str(run)


def test_killed_run_goes_on_without_asking_again(tmp_path: Path) -> None:
    run = kill_in_the_middle(tmp_path / "j", calls=20)
    lab = Scripted(lambda r: Said(f"second {r.sample}"))
    events: list[Event] = []
    result = run_sync(
        resume=run, journal=tmp_path / "j", providers={"lab": lab}, on_event=events.append
    )
    asked = [r.sample for r in lab.requests if r.purpose == "generator"]
    assert sorted(asked) == [4, 5, 6, 7]
    drafts = [c.text for c in result.trace.layers[0].outflow]
    assert drafts == [f"first {i}" for i in range(4)] + [f"second {i}" for i in range(4, 8)]
    # Four replies, one lost (counted at its reservation), four more, and the fuser.
    assert (result.usage.calls, result.unknown_calls, result.run_id) == (10, 1, run)
    assert isinstance(events[0], RunStarted)
    assert events[0].already_spent.calls == 5
    assert sum(isinstance(e, CallFinished) and e.from_journal for e in events) == 4


def test_lost_call_is_asked_again_only_if_the_budget_allows(tmp_path: Path) -> None:
    run = kill_in_the_middle(tmp_path / "j", calls=9)
    lab = Scripted(lambda r: Said(r.purpose))
    result = run_sync(resume=run, journal=tmp_path / "j", providers={"lab": lab})
    assert result.usage.calls == 9
    assert result.answer == "fuser"
    assert "1 of 8 places are empty" in result.degraded[0]


def test_finished_run_costs_nothing_again(tmp_path: Path) -> None:
    lab = Scripted(lambda r: Said(r.purpose))
    given = {"journal": tmp_path / "j", "providers": {"lab": lab}}
    first = run_sync(eight_and_fuse(20), "why?", **given)  # type: ignore[arg-type]
    again = run_sync(resume=first.run_id, **given)  # type: ignore[arg-type]
    assert len(lab.requests) == 9
    assert (again.answers, again.usage, again.candidates) == (
        first.answers,
        first.usage,
        first.candidates,
    )


def test_failed_run_names_the_id_to_resume_it_by(tmp_path: Path) -> None:
    def broken(request: ChatRequest) -> Said:
        refused = ProviderRefused("no such model")
        return Said(error=refused if request.purpose == "fuser" else None)

    with pytest.raises(ProviderRefused) as caught:
        run_sync(
            eight_and_fuse(20),
            "why?",
            journal=tmp_path / "j",
            providers={"lab": Scripted(broken)},
        )
    lab = Scripted(lambda r: Said("mended"))
    result = run_sync(resume=caught.value.run_id, journal=tmp_path / "j", providers={"lab": lab})
    assert result.answer == "mended"
    assert [r.purpose for r in lab.requests] == ["fuser"]


def test_wrong_plan_question_or_id_is_refused(tmp_path: Path) -> None:
    given = {"journal": tmp_path / "j", "providers": {"lab": Scripted(lambda r: Said())}}
    plan = eight_and_fuse(20)
    run = run_sync(plan, "why?", **given).run_id  # type: ignore[arg-type]
    other = make_plan({"draft": [Step("generator")]}, budget=BudgetSpec(calls=1))
    with pytest.raises(JournalFailed, match="made with another plan") as caught:
        run_sync(other, resume=run, **given)  # type: ignore[arg-type]
    assert "there is none yet" in caught.value.help
    with pytest.raises(JournalFailed, match="asked another question"):
        run_sync(plan, "why not?", resume=run, **given)  # type: ignore[arg-type]
    with pytest.raises(JournalFailed, match="has no run `nope`") as caught:
        run_sync(resume="nope", **given)  # type: ignore[arg-type]
    assert f"`{run}` (done)" in caught.value.help
    with pytest.raises(JournalFailed, match="without a journal"):
        run_sync(resume=run)
