"""Reads the journal: its runs, and their calls."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any

from archon_runtime.chat import ChatResponse
from archon_runtime.errors import JournalFailed
from archon_runtime.journal_codec import reply_from_json, usage_from_json
from archon_runtime.journal_file import told_plainly
from archon_runtime.usage import Usage

__all__ = ["CallState", "JournalReader", "PastCall", "RunRow", "RunStatus", "readable"]


class RunStatus(StrEnum):
    """How far a run got."""

    RUNNING = "running"
    DONE = "done"
    DEGRADED = "degraded"
    STOPPED = "stopped"
    FAILED = "failed"


class CallState(StrEnum):
    """How far a call got. Unknown: sent, and what it was billed is not known.

    Cached: never sent, since another run had a reply to it.
    """

    INTENT = "intent"
    REPLIED = "replied"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CACHED = "cached"


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
    """A call of an earlier sitting. `usage` is None only for an intent; `error` if it failed."""

    key: str
    attempt: int
    path: str
    state: CallState
    reservation: Usage
    usage: Usage | None
    reply: ChatResponse | None
    error: str = ""


class JournalReader:
    """What can be read from an open journal file."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def run(self, run: str) -> RunRow:
        """Find a run by its id, or by how its id begins.

        Raises:
            JournalFailed: there is none, or several; the help names those there are.
        """
        run = self.find(run)
        with told_plainly(self._path):
            row = self._connection.execute(
                "SELECT id, created, plan_hash, plan, question, status FROM runs WHERE id = ?",
                (run,),
            ).fetchone()
        with readable(self._path):
            found, created, plan_hash, plan, question, status = row
            return RunRow(found, created, plan_hash, plan, question, RunStatus(status))

    def find(self, word: str) -> str:
        """Complete the id that *word* begins.

        Raises:
            JournalFailed: no run is called like that, or several are.
        """
        with told_plainly(self._path):
            ids = [str(row[0]) for row in self._connection.execute("SELECT id FROM runs")]
        found = [each for each in ids if word and each.startswith(word)]
        if word in found:
            return word
        if len(found) == 1:
            return found[0]
        if found:
            raise JournalFailed(
                f"{len(found)} runs have an id that begins with `{word}`",
                place=str(self._path),
                help="write more of it: " + ", ".join(f"`{each}`" for each in sorted(found)[:8]),
            )
        near = get_close_matches(word, ids, n=1)
        raise JournalFailed(
            f"the journal has no run `{word}`",
            place=str(self._path),
            help=f"did you mean `{near[0]}`?" if near else self.name_runs(),
        )

    def name_runs(self, plan_hash: str | None = None) -> str:
        """Name the newest runs, of one plan or of all, for a message."""
        with told_plainly(self._path):
            rows = self._connection.execute(
                "SELECT id, status FROM runs WHERE ?1 IS NULL OR plan_hash = ?1 "
                "ORDER BY created DESC, id LIMIT 8",
                (plan_hash,),
            ).fetchall()
        if not rows:
            return "there is none yet"
        return "there are " + ", ".join(f"`{run}` ({status})" for run, status in rows)

    def past_calls(self, run: str) -> tuple[PastCall, ...]:
        """List all calls of a run, in the order in which they were started."""
        with told_plainly(self._path):
            rows = self._connection.execute(
                "SELECT key, attempt, path, state, reservation, usage, reply, error FROM calls "
                "WHERE run = ? ORDER BY started_s, path, attempt",
                (run,),
            ).fetchall()
        with readable(self._path):
            return tuple(_past_call(*row) for row in rows)

    def find_cached(self, cache_key: str, run: str) -> tuple[str, ChatResponse] | None:
        """Find a reply by its key in other runs than *run*: the oldest, and the run it is of."""
        with told_plainly(self._path):
            row = self._connection.execute(
                "SELECT run, reply FROM calls WHERE cache_key = ? AND reply IS NOT NULL "
                "AND run != ? ORDER BY at, run LIMIT 1",
                (cache_key, run),
            ).fetchone()
        with readable(self._path):
            return None if row is None else (str(row[0]), reply_from_json(row[1]))

    def result(self, run: str) -> dict[str, Any] | None:
        """Give the result of a run as JSON (`Result.to_json`); None if it has none."""
        with told_plainly(self._path):
            query = "SELECT result FROM runs WHERE id = ?"
            (text,) = self._connection.execute(query, (run,)).fetchone()
        with readable(self._path):
            return None if text is None else dict(json.loads(text))


def _past_call(
    key: str,
    attempt: int,
    path: str,
    state: str,
    reservation: str,
    usage: str | None,
    reply: str | None,
    error: str | None,
) -> PastCall:
    return PastCall(
        key,
        attempt,
        path,
        CallState(state),
        usage_from_json(reservation),
        usage_from_json(usage) if usage else None,
        reply_from_json(reply) if reply else None,
        error or "",
    )


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what decoding says of texts that no journal holds into `JournalFailed`."""
    try:
        yield
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise JournalFailed(
            f"the journal holds something that cannot be read: {error}",
            place=str(path),
            help="the file is damaged; move it away with its `-wal` and `-shm`, a new one is made",
        ) from error
