"""Journals of an older version, and damaged ones: read, migrated, or refused in plain words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason
from archon_runtime.errors import JournalFailed
from archon_runtime.journal import CallState, Journal, RunStatus
from archon_runtime.journal_schema import SCHEMA_VERSION
from archon_runtime.run_record import RunRecord
from archon_runtime.usage import Usage

FIXTURES = Path(__file__).parent / "fixtures"
OLD_RUN = "uj9737u4"


@pytest.fixture
def old_journal(tmp_path: Path) -> Path:
    """A journal as version 1 wrote it: three drafts, and a fuser that failed."""
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript((FIXTURES / "journal_v1.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


@pytest.mark.anyio
async def test_journal_of_an_older_version_is_read_and_written(old_journal: Path) -> None:
    journal = Journal.open(old_journal)
    past = journal.past_calls(OLD_RUN)
    assert [call.state for call in past].count(CallState.REPLIED) == 3
    assert sorted(call.reply.text for call in past if call.reply) == ["old 0", "old 1", "old 2"]
    record = RunRecord(journal, OLD_RUN, past)
    entry = record.next_entry("new", "fuse/fuse.1#0.0")
    await record.intend(entry, ChatRequest("m", (), "fuser"), Usage(1), 0.0, "m")
    reply = ChatResponse("new", FinishReason.STOP, 1, 1)
    await record.commit(entry, Usage(1, 1, 1), 1.0, reply)
    record.end(RunStatus.DONE, Usage(5))
    journal.close()
    again = Journal.open(old_journal)
    assert len(again.past_calls(OLD_RUN)) == 5
    assert again.run(OLD_RUN).status is RunStatus.DONE
    again.close()


def test_old_and_new_journals_have_the_same_tables(old_journal: Path, tmp_path: Path) -> None:
    Journal.open(old_journal).close()
    Journal.open(tmp_path / "new.sqlite").close()
    found = []
    for path in (old_journal, tmp_path / "new.sqlite"):
        connection = sqlite3.connect(path)
        columns = "SELECT m.name, p.name, p.type FROM sqlite_master m, pragma_table_info(m.name) p"
        found.append(sorted(connection.execute(columns).fetchall()))
        assert connection.execute("SELECT version FROM schema_version").fetchall() == [
            (SCHEMA_VERSION,)
        ]
        connection.close()
    assert found[0] == found[1]


def test_migration_that_fails_leaves_the_old_journal_as_it_was(old_journal: Path) -> None:
    connection = sqlite3.connect(old_journal)
    connection.execute("ALTER TABLE calls ADD COLUMN cache_key INTEGER")  # in the way
    connection.close()
    with pytest.raises(JournalFailed, match="duplicate column"):
        Journal.open(old_journal)
    connection = sqlite3.connect(old_journal)
    assert connection.execute("SELECT version FROM schema_version").fetchall() == [(1,)]
    names = [row[1] for row in connection.execute("PRAGMA table_info(calls)")]
    assert "error" not in names
    connection.close()


def read_all(path: Path) -> None:
    journal = Journal.open(path)
    try:
        journal.run(OLD_RUN)
        journal.past_calls(OLD_RUN)
    finally:
        journal.close()


def test_damaged_journal_says_so(old_journal: Path) -> None:
    Journal.open(old_journal).close()
    raw = bytearray(old_journal.read_bytes())
    raw[4096:] = b"\xa5" * (len(raw) - 4096)
    old_journal.write_bytes(raw)
    with pytest.raises(JournalFailed) as caught:
        read_all(old_journal)
    assert "malformed" in caught.value.message
    assert "move it away" in caught.value.help


@pytest.mark.parametrize(
    "spoil",
    [
        "DELETE FROM schema_version",
        "UPDATE schema_version SET version = 'x'",
        "UPDATE calls SET reservation = 'x'",
        "UPDATE calls SET reservation = '[]'",
        "UPDATE calls SET reply = '{}' WHERE reply IS NOT NULL",
        "UPDATE calls SET state = 'lost'",
        "UPDATE runs SET status = 'lost'",
    ],
)
def test_nonsense_in_the_journal_is_a_typed_error(old_journal: Path, spoil: str) -> None:
    connection = sqlite3.connect(old_journal)
    connection.execute(spoil)
    connection.commit()
    connection.close()
    with pytest.raises(JournalFailed) as caught:
        read_all(old_journal)
    assert caught.value.help
