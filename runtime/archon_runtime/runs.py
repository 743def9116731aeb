"""The runs of a journal as people look at them: listed, shown, exported, thrown away."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from archon_runtime.journal_codec import question_from_json, usage_from_json
from archon_runtime.journal_file import open_journal_file, told_plainly
from archon_runtime.journal_read import CallState, JournalReader, RunStatus, readable
from archon_runtime.usage import NOTHING, Usage

__all__ = ["EXPORT_VERSION", "CallRecord", "RunStore", "RunSummary"]

EXPORT_VERSION = 1

_MAY_BE_UNDER_WAY = timedelta(days=1)
"""An unfinished run that is younger may be one that some process is working on."""

_RUNS = (
    "SELECT id, created, json_extract(plan, '$.name'), status, question FROM runs "
    "ORDER BY created DESC, id LIMIT ?"
)
_CALLS = (
    "SELECT path, attempt, state, at, ended_s - started_s, request, reply, "
    "coalesce(usage, reservation), error FROM calls WHERE run = ? "
    "ORDER BY at, started_s, path, attempt"
)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a line. `usage` is the sum of its calls, those of unknown bill at their most."""

    id: str
    created: datetime
    plan: str
    status: RunStatus
    usage: Usage
    question: str


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt of a call. `request` and `reply` are JSON: the fields of what they are.

    `path` is layer/step#sample.turn. `usage` is what it was billed, or its reservation
    where that is not known. `seconds` is None where a process was killed; `at` is empty
    in runs of old journals; `error` where nothing failed.
    """

    path: str
    attempt: int
    state: CallState
    at: str
    seconds: float | None
    request: Mapping[str, Any]
    reply: Mapping[str, Any] | None
    usage: Usage
    error: str

    @property
    def place(self) -> tuple[str, str, int, int]:
        """The layer, the step, the sample and the turn, both from 0."""
        layer, _, rest = self.path.partition("/")
        step, _, numbers = rest.rpartition("#")
        sample, _, turn = numbers.partition(".")
        return layer, step, int(sample), int(turn)


class RunStore(JournalReader):
    """A journal, open to be looked at; `with` closes it.

    Raises:
        JournalFailed: it cannot be read; so do all methods.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(open_journal_file(path), path)

    def __enter__(self) -> Self:
        """Give itself; it is open already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._connection.close()

    def list(self, most: int | None = None) -> tuple[RunSummary, ...]:
        """List runs, newest first, at most so many."""
        with told_plainly(self._path):
            rows = self._connection.execute(_RUNS, (-1 if most is None else most,)).fetchall()
        return tuple(self._summary(*row) for row in rows)

    def summary(self, run: str) -> RunSummary:
        """Give the line of one run, by its whole id."""
        row = self.run(run)
        with readable(self._path):
            name = str(json.loads(row.plan)["name"])
        return self._summary(row.id, row.created, name, row.status, row.question)

    def calls(self, run: str) -> tuple[CallRecord, ...]:
        """List the calls of a run in the order in which they were made."""
        with told_plainly(self._path):
            rows = self._connection.execute(_CALLS, (run,)).fetchall()
        with readable(self._path):
            return tuple(_call(*row) for row in rows)

    def export(self, run: str) -> Iterator[dict[str, Any]]:
        """Give a run and its calls as JSON objects, one for each line (rule J8)."""
        row, summary, result = self.run(run), self.summary(run), self.result(run)
        with readable(self._path):
            yield {
                "archon_export": EXPORT_VERSION,
                "type": "run",
                "run": run,
                "created": row.created,
                "status": row.status.value,
                "plan_hash": row.plan_hash,
                "plan": json.loads(row.plan),
                "question": json.loads(row.question),
                "usage": summary.usage.to_json(),
                "result": result,
            }
        for call in self.calls(run):
            yield _call_to_json(run, call)

    def old_runs(
        self, *, older_than: timedelta | None, keep: int, now: datetime | None = None
    ) -> tuple[RunSummary, ...]:
        """List what may be thrown away: older than that, and not among the newest *keep*.

        Unfinished runs of the last day are left out: they may be under way.
        """
        now = now or datetime.now(UTC)
        return tuple(
            run
            for run in self.list()[keep:]
            if (older_than is None or run.created < now - older_than)
            and (run.status is not RunStatus.RUNNING or run.created < now - _MAY_BE_UNDER_WAY)
        )

    def remove(self, runs: Collection[str]) -> None:
        """Throw runs away, with all that was said in them; the file shrinks if it can."""
        with told_plainly(self._path):
            # Else the texts would still stand in the free pages of the file.
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.execute("BEGIN IMMEDIATE")
            for run in runs:
                self._connection.execute("DELETE FROM calls WHERE run = ?", (run,))
                self._connection.execute("DELETE FROM runs WHERE id = ?", (run,))
            self._connection.execute("COMMIT")
            # Not while another process works on the file; what is free will be used again.
            with suppress(sqlite3.OperationalError):
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _summary(self, run: str, created: str, plan: str, status: str, question: str) -> RunSummary:
        with told_plainly(self._path):
            query = "SELECT coalesce(usage, reservation) FROM calls WHERE run = ?"
            usages: Sequence[tuple[str]] = self._connection.execute(query, (run,)).fetchall()
        with readable(self._path):
            return RunSummary(
                run,
                datetime.fromisoformat(created),
                plan,
                RunStatus(status),
                sum((usage_from_json(text) for (text,) in usages), NOTHING),
                question_from_json(question).text,
            )


def _call(
    path: str,
    attempt: int,
    state: str,
    at: str | None,
    seconds: float | None,
    request: str,
    reply: str | None,
    usage: str,
    error: str | None,
) -> CallRecord:
    return CallRecord(
        path,
        attempt,
        CallState(state),
        at or "",
        seconds if seconds is not None and seconds >= 0 else None,
        json.loads(request),
        json.loads(reply) if reply else None,
        usage_from_json(usage),
        error or "",
    )


def _call_to_json(run: str, call: CallRecord) -> dict[str, Any]:
    layer, step, sample, turn = call.place
    return {
        "archon_export": EXPORT_VERSION,
        "type": "call",
        "run": run,
        "layer": layer,
        "step": step,
        "sample": sample,
        "turn": turn,
        "attempt": call.attempt,
        "state": call.state.value,
        "at": call.at or None,
        "seconds": call.seconds,
        "request": dict(call.request),
        "reply": None if call.reply is None else dict(call.reply),
        "usage": call.usage.to_json(),
        "error": call.error or None,
    }
