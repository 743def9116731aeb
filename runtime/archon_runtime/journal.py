"""The journal: every call and its reply on disk before they are acted on.

Writers append and wait for one commit together: the first of them watches until no more
come, and commits for all. Commits block the event loop for a moment, on purpose: a
wait for a thread would let a virtual clock jump ahead.
"""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.lowlevel

from archon_runtime.errors import JournalFailed
from archon_runtime.journal_file import open_journal_file, told_plainly
from archon_runtime.journal_read import CallState, JournalReader, PastCall, RunStatus

__all__ = ["Batch", "CallState", "Journal", "PastCall", "RunStatus"]

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is easily taken for another
_ID_LENGTH = 8

_QUIET_TURNS = 2
"""Turns of the event loop in which nothing more came, before what came is committed."""

_FULL = 128
"""Statements after which a commit waits for no more."""


class Batch:
    """Statements that are committed together, and what became of them."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, tuple[object, ...]]] = []
        self.done = False
        self.error: JournalFailed | None = None
        self.is_watched = False
        self.waiting: anyio.Event | None = None


class Journal(JournalReader):
    """A journal file, open. Not for two event loops at once."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, path)
        self._batch = Batch()

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

    def append(self, statement: str, values: tuple[object, ...]) -> Batch:
        """Add a statement to what the next commit writes; nothing is durable yet."""
        self._batch.statements.append((statement, values))
        return self._batch

    async def write(self, statement: str, values: tuple[object, ...]) -> None:
        """Write a statement durably, together with whatever else is waiting.

        Raises:
            JournalFailed: it is not written.
        """
        await self.settle(self.append(statement, values))

    async def settle(self, batch: Batch) -> None:
        """Wait until *batch* is durable, and commit it if nobody else does.

        Raises:
            JournalFailed: it is not written.
        """
        if not batch.done:
            if batch.is_watched:
                # One watches for all: a turn of the event loop for each would cost more.
                batch.waiting = batch.waiting or anyio.Event()
                await batch.waiting.wait()
            else:
                await self._watch(batch)
        if batch.error is not None:
            raise batch.error

    async def _watch(self, batch: Batch) -> None:
        """Commit *batch* once no more comes; at once if whoever watches is cancelled."""
        batch.is_watched = True
        size, quiet = 0, 0
        try:
            # Jobs start one turn after the other: as long as they come, they are committed along.
            while not batch.done and quiet < _QUIET_TURNS and len(batch.statements) < _FULL:
                quiet = quiet + 1 if len(batch.statements) == size else 0
                size = len(batch.statements)
                await anyio.lowlevel.checkpoint()
        finally:
            if not batch.done:
                self._commit(batch)

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
        """Write what is left, and close the file; what cannot be written is lost.

        Nothing is raised: whoever closes has a result to give, and each run has said
        at its end what of it is not written.
        """
        with suppress(JournalFailed):
            self.flush()
        with suppress(sqlite3.Error):
            self._connection.close()

    def _commit(self, batch: Batch) -> None:
        """Commit *batch*, which is the current one; a failure is everyone's in it."""
        self._batch = Batch()
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
        if batch.waiting is not None:
            batch.waiting.set()
