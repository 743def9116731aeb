"""The journal: every call and its reply on disk before they are acted on.

Writers append and wait for one commit together: whoever sees first that no more come
commits for all. Commits block the event loop for a moment, on purpose: a
wait for a thread would let a virtual clock jump ahead.
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import anyio.lowlevel

from archon_runtime.chat import ChatResponse
from archon_runtime.errors import JournalFailed
from archon_runtime.journal_codec import reply_from_json, usage_from_json
from archon_runtime.journal_file import open_journal_file, told_plainly
from archon_runtime.usage import Usage

__all__ = ["CallState", "Journal", "PastCall", "RunRow", "RunStatus"]

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is easily taken for another
_ID_LENGTH = 8

_QUIET_TURNS = 2
"""Turns of the event loop in which nothing more came, before what came is committed."""

_FULL = 128
"""Statements after which a commit waits for no more."""


class RunStatus(StrEnum):
    """How far a run got."""

    RUNNING = "running"
    DONE = "done"
    DEGRADED = "degraded"
    STOPPED = "stopped"
    FAILED = "failed"


class CallState(StrEnum):
    """How far a call got. Unknown: sent, and what it was billed is not known."""

    INTENT = "intent"
    REPLIED = "replied"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the journal has it; plan and question are JSON texts."""

    id: str
    created: str
    plan_hash: str
    plan: str
    question: str
    status: RunStatus


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call of an earlier sitting. `usage` is None only for an intent."""

    key: str
    attempt: int
    path: str
    state: CallState
    reservation: Usage
    usage: Usage | None
    reply: ChatResponse | None


class _Batch:
    """Statements that are committed together, and what became of them."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, tuple[object, ...]]] = []
        self.done = False
        self.error: JournalFailed | None = None


class Journal:
    """A journal file, open. Not for two event loops at once."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._batch = _Batch()

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Open the journal at *path*, or make it.

        Raises:
            JournalFailed: it cannot be made, read or written, is no journal, or is of
                a newer version.
        """
        return cls(open_journal_file(path), path)

    def add_run(self, *, plan_hash: str, plan: str, question: str) -> str:
        """Write down a new run, durably; returns its id."""
        run = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
        # A date for people, not a time to measure with: the clock of the machine.
        created = datetime.now(UTC).isoformat(timespec="seconds")
        self.append(
            "INSERT INTO runs (id, created, plan_hash, plan, question, status) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (run, created, plan_hash, plan, question, RunStatus.RUNNING.value),
        )
        self.flush()
        return run

    def run(self, run: str) -> RunRow:
        """Find a run.

        Raises:
            JournalFailed: there is none with this id; the help names those there are.
        """
        with told_plainly(self._path):
            row = self._connection.execute(
                "SELECT id, created, plan_hash, plan, question, status FROM runs WHERE id = ?",
                (run,),
            ).fetchone()
        if row is None:
            raise JournalFailed(
                f"the journal has no run `{run}`", place=str(self._path), help=self.name_runs()
            )
        found, created, plan_hash, plan, question, status = row
        return RunRow(found, created, plan_hash, plan, question, RunStatus(status))

    def name_runs(self, plan_hash: str | None = None) -> str:
        """Name the newest runs, of one plan or of all, for a message."""
        with told_plainly(self._path):
            rows = self._connection.execute(
                "SELECT id, status FROM runs WHERE ?1 IS NULL OR plan_hash = ?1 "
                "ORDER BY created DESC, id LIMIT 8",
                (plan_hash,),
            ).fetchall()
        if not rows:
            return "there is no run to resume; run without `--resume`"
        return "resume one of " + ", ".join(f"`{run}` ({status})" for run, status in rows)

    def past_calls(self, run: str) -> tuple[PastCall, ...]:
        """List all calls of a run, in the order in which they were started."""
        with told_plainly(self._path):
            rows = self._connection.execute(
                "SELECT key, attempt, path, state, reservation, usage, reply FROM calls "
                "WHERE run = ? ORDER BY started_s, path, attempt",
                (run,),
            ).fetchall()
        return tuple(
            PastCall(
                key,
                attempt,
                path,
                CallState(state),
                usage_from_json(reservation),
                usage_from_json(usage) if usage else None,
                reply_from_json(reply) if reply else None,
            )
            for key, attempt, path, state, reservation, usage, reply in rows
        )

    def append(self, statement: str, values: tuple[object, ...]) -> _Batch:
        """Add a statement to what the next commit writes; nothing is durable yet."""
        self._batch.statements.append((statement, values))
        return self._batch

    async def write(self, statement: str, values: tuple[object, ...]) -> None:
        """Write a statement durably, together with whatever else is waiting.

        Raises:
            JournalFailed: it is not written.
        """
        batch = self.append(statement, values)
        # Jobs start one turn after the other: as long as they come, they are committed along.
        size, quiet = 0, 0
        while not batch.done and quiet < _QUIET_TURNS and len(batch.statements) < _FULL:
            quiet = quiet + 1 if len(batch.statements) == size else 0
            size = len(batch.statements)
            await anyio.lowlevel.checkpoint()
        if not batch.done:
            self._commit(batch)
        if batch.error is not None:
            raise batch.error

    def flush(self) -> None:
        """Commit what was appended, without waiting for others.

        Raises:
            JournalFailed: it is not written.
        """
        batch = self._batch
        if batch.statements:
            self._commit(batch)
        if batch.error is not None:
            raise batch.error

    def close(self) -> None:
        """Write what is left, and close the file."""
        try:
            self.flush()
        finally:
            self._connection.close()

    def _commit(self, batch: _Batch) -> None:
        """Commit *batch*, which is the current one; a failure is everyone's in it."""
        self._batch = _Batch()
        batch.done = True
        try:
            with told_plainly(self._path):
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    for statement, values in batch.statements:
                        self._connection.execute(statement, values)
                    self._connection.execute("COMMIT")
                finally:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
        except JournalFailed as error:
            batch.error = error
