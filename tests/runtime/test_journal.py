"""The journal: durable, private, and plain about what is wrong with it."""

from __future__ import annotations

import sqlite3
import stat
from functools import partial
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from archon_runtime import Runtime
from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Message, Role
from archon_runtime.errors import JournalFailed, QuestionInvalid
from archon_runtime.journal import CallState, Journal, RunStatus
from archon_runtime.journal_codec import (
    question_from_json,
    question_to_json,
    reply_from_json,
    reply_to_json,
    usage_from_json,
    usage_to_json,
)
from archon_runtime.question import Question
from archon_runtime.run_record import CallEntry, RunRecord
from archon_runtime.usage import Usage
from tests.benchmarks.journal_speed import commits_of
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

REQUEST = ChatRequest("m", (Message(Role.USER, "why?"),), "generator")
REPLY = ChatResponse("because \ud800", FinishReason.STOP, None, 3)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_file_and_folder_are_private(tmp_path: Path) -> None:
    path = tmp_path / "state" / "archon" / "journal.sqlite"
    Journal.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_every_commit_is_synced(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "j")
    assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    journal.close()


def as_folder(path: Path) -> None:
    path.mkdir()


def as_text(path: Path) -> None:
    path.write_text("not a database, and long enough to be looked at" * 50)


def as_other_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()


def as_newer(path: Path) -> None:
    Journal.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE schema_version SET version = 99")
    connection.commit()
    connection.close()


def in_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("in the way")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(as_folder, "cannot be opened: Is a directory", id="folder"),
        pytest.param(as_text, "file is not a database", id="text"),
        pytest.param(as_other_database, "no journal of runs", id="other"),
        pytest.param(as_newer, "version 99, this runtime reads up to version 2", id="newer"),
        pytest.param(in_a_file, "cannot be opened: ", id="file in the way"),
    ],
)
def test_unusable_journal_says_why_and_what_to_do(tmp_path: Path, spoil: object, said: str) -> None:
    path = tmp_path / "folder" / "journal.sqlite"
    path.parent.mkdir()
    spoil(path)  # type: ignore[operator]
    with pytest.raises(JournalFailed, match=said) as caught:
        Journal.open(path)
    assert caught.value.place == str(path)
    assert caught.value.help


@pytest.mark.anyio
async def test_writers_that_are_ready_share_one_commit(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "j")
    record = RunRecord(journal, journal.add_run(plan_hash="h", plan="{}", question="{}"))
    commits: list[str] = []
    journal._connection.set_trace_callback(
        lambda statement: commits.append(statement) if statement == "COMMIT" else None
    )
    async with anyio.create_task_group() as group:
        for number in range(20):
            entry = record.next_entry(f"key {number}", "draft/draft#0.0")
            group.start_soon(partial(record.intend, entry, REQUEST, Usage(1, 9, 9), 0.0, "m"))
    assert len(commits) == 1
    journal.close()
    assert rows(tmp_path / "j", "SELECT count(*) FROM calls WHERE state = 'intent'") == [(20,)]


@pytest.mark.anyio
@pytest.mark.parametrize("cancelled", [0, 1, 4])
async def test_writer_that_is_cancelled_leaves_the_others_their_commit(
    tmp_path: Path, cancelled: int
) -> None:
    journal = Journal.open(tmp_path / "j")
    record = RunRecord(journal, journal.add_run(plan_hash="h", plan="{}", question="{}"))
    scopes = [anyio.CancelScope() for _ in range(5)]
    durable: list[int] = []

    async def write(number: int) -> None:
        with scopes[number]:
            entry = record.next_entry(f"key {number}", "draft/draft#0.0")
            await record.intend(entry, REQUEST, Usage(1, 9, 9), 0.0, "m")
            durable.append(number)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for number in range(5):
                group.start_soon(write, number)
                await anyio.lowlevel.checkpoint()
            scopes[cancelled].cancel()
    assert set(durable) >= set(range(5)) - {cancelled}
    journal.close()
    assert rows(tmp_path / "j", "SELECT count(*) FROM calls") == [(5,)]


@pytest.mark.anyio
async def test_many_calls_at_once_share_their_commits(tmp_path: Path) -> None:
    # Where replies come one by one, commits are as many as the disk has time for.
    commits = await commits_of(tmp_path / "j", calls=512, at_once=64, spread_s=0.0)
    assert commits <= 0.1 * 512


@pytest.mark.anyio
async def test_replies_come_back_as_they_were(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "j")
    run = journal.add_run(plan_hash="h", plan="{}", question="{}")
    record = RunRecord(journal, run)
    for key in ("replied", "lost"):
        await record.intend(record.next_entry(key, "a/b#0.0"), REQUEST, Usage(1, 9, 9), 1.0, "m")
    entry = CallEntry("replied", 1, "a/b#0.0")
    await record.commit(entry, Usage(1, 2, 3), 2.0, REPLY)
    journal.close()

    again = Journal.open(tmp_path / "j")
    resumed = RunRecord(again, run, again.past_calls(run))
    assert resumed.replies == {"replied": REPLY}
    assert resumed.next_entry("lost", "a/b#0.0").attempt == 2
    resumed.mark_lost_intents()
    again.flush()
    states = {call.key: call.state for call in again.past_calls(run)}
    assert states == {"replied": CallState.REPLIED, "lost": CallState.UNKNOWN}
    again.close()


@pytest.mark.anyio
async def test_second_process_on_the_same_run_is_told(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "j")
    run = journal.add_run(plan_hash="h", plan="{}", question="{}")
    one, two = RunRecord(journal, run), RunRecord(journal, run)
    await one.intend(one.next_entry("key", "a/b#0.0"), REQUEST, Usage(1), 0.0, "m")
    with pytest.raises(JournalFailed, match="another process is working on the same run"):
        await two.intend(two.next_entry("key", "a/b#0.0"), REQUEST, Usage(1), 0.0, "m")
    await one.intend(one.next_entry("other", "a/b#1.0"), REQUEST, Usage(1), 0.0, "m")
    journal.close()


@pytest.mark.anyio
async def test_full_disk_stops_the_run_before_it_pays(tmp_path: Path) -> None:
    lab = Scripted(lambda r: Said())
    async with Runtime(providers={"lab": lab}, journal=tmp_path / "j") as runtime:
        await runtime.run(make_plan({"draft": [Step("generator")]}), "why?")
        journal = runtime._journal
        assert journal is not None
        pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
        journal._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(JournalFailed, match="full") as caught:
            await runtime.run(make_plan({"draft": [Step("generator")]}), "why?" * 9_999)
        assert "free some space" in caught.value.help
    assert len(lab.requests) == 1


def test_run_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "j")
    with pytest.raises(JournalFailed, match="has no run `nope`") as caught:
        journal.run("nope")
    assert "there is none yet" in caught.value.help
    run = journal.add_run(plan_hash="h", plan="{}", question="{}")
    with pytest.raises(JournalFailed) as caught:
        journal.run("nope")
    assert f"`{run}` (running)" in caught.value.help
    assert journal.run(run).status is RunStatus.RUNNING
    journal.close()


def test_codec_keeps_everything() -> None:
    question = Question((Message(Role.SYSTEM, "s"), Message(Role.USER, "ä")), {"words": ["a"]})
    assert question_from_json(question_to_json(question)) == question
    usage = Usage(1, 2, 3)
    assert usage_from_json(usage_to_json(usage)) == usage
    assert reply_from_json(reply_to_json(REPLY)) == REPLY


def test_data_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(QuestionInvalid, match="cannot be written as JSON"):
        question_to_json(Question((Message(Role.USER, "why?"),), {"x": object()}))
