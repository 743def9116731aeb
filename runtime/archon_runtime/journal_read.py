"""Reads the journal: its runs, and their calls."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from archon_runtime.chat import ChatResponse
from archon_runtime.errors import JournalFailed
from archon_runtime.journal_codec import reply_from_json, usage_from_json
from archon_runtime.journal_file import told_plainly
from archon_runtime.usage import Usage

__all__ = ["CallState", "JournalReader", "PastCall", "RunRow", "RunStatus"]


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


class JournalReader:
    """What can be read from an open journal file."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

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
        with _readable(self._path):
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
        with _readable(self._path):
            return tuple(_past_call(*row) for row in rows)


def _past_call(
    key: str,
    attempt: int,
    path: str,
    state: str,
    reservation: str,
    usage: str | None,
    reply: str | None,
) -> PastCall:
    return PastCall(
        key,
        attempt,
        path,
        CallState(state),
        usage_from_json(reservation),
        usage_from_json(usage) if usage else None,
        reply_from_json(reply) if reply else None,
    )


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what decoding says of texts that no journal holds into `JournalFailed`."""
    try:
        yield
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise JournalFailed(
            f"the journal holds something that cannot be read: {error}",
            place=str(path),
            help="the file is damaged; move it away with its `-wal` and `-shm`, a new one is made",
        ) from error
