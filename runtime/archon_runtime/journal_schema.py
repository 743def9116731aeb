"""The tables of the journal, version by version: what a new file gets, an old one is brought to."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["SCHEMA_VERSION", "create", "migrate", "version_of"]

SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    created TEXT NOT NULL,
    plan_hash TEXT NOT NULL,
    plan TEXT NOT NULL,
    question TEXT NOT NULL,
    status TEXT NOT NULL,
    result TEXT,
    cost_usd TEXT
) WITHOUT ROWID;
CREATE TABLE calls (
    run TEXT NOT NULL REFERENCES runs (id),
    key TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    path TEXT NOT NULL,
    request TEXT NOT NULL,
    reservation TEXT NOT NULL,
    state TEXT NOT NULL,
    reply TEXT,
    usage TEXT,
    started_s REAL NOT NULL,
    ended_s REAL,
    PRIMARY KEY (run, key, attempt)
) WITHOUT ROWID;
"""

_STEPS: Mapping[int, str] = MappingProxyType(
    {
        # Why a call failed; when it was made, by the clock of the machine; by what a
        # later run may find its reply.
        1: """
        ALTER TABLE calls ADD COLUMN error TEXT;
        ALTER TABLE calls ADD COLUMN at TEXT;
        ALTER TABLE calls ADD COLUMN cache_key TEXT;
        CREATE INDEX cached ON calls (cache_key) WHERE reply IS NOT NULL AND cache_key IS NOT NULL;
        """,
    }
)
"""What brings a journal of each version to the next one. A new file takes all steps too:
so there is one way to get to a version, and every new journal tests it."""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of version 1, to be migrated like any other; the caller commits."""
    _execute(connection, _SCHEMA)
    connection.execute("INSERT INTO schema_version VALUES (1)")


def version_of(connection: sqlite3.Connection) -> int:
    """Read the version of a journal.

    Raises:
        DatabaseError: it states none.
    """
    row = connection.execute("SELECT version FROM schema_version").fetchone()
    if row is None or not isinstance(row[0], int):
        raise sqlite3.DatabaseError("its version is not stated")
    return row[0]


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an older journal to this version, inside the caller's transaction."""
    for version in range(version_of(connection), SCHEMA_VERSION):
        _execute(connection, _STEPS[version])
        connection.execute("UPDATE schema_version SET version = ?", (version + 1,))


def _execute(connection: sqlite3.Connection, script: str) -> None:
    # Not `executescript`, which would commit what was begun.
    for statement in script.split(";"):
        if statement.strip():
            connection.execute(statement)
