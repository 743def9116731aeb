"""The journal's SQLite file: opened safely, migrated never, its failures in users' words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archon_runtime.errors import JournalFailed

__all__ = ["SCHEMA_VERSION", "open_journal_file", "told_plainly"]

SCHEMA_VERSION = 1
_LOCK_WAIT_S = 5.0

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


def open_journal_file(path: Path) -> sqlite3.Connection:
    """Open the journal or make it: folder 0700, file 0600, WAL, every commit synced.

    Raises:
        JournalFailed: it cannot be made, read or written, is no journal, or is of a
            newer version.
    """
    with told_plainly(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made before SQLite does, which would make it readable by everyone.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=_LOCK_WAIT_S, isolation_level=None)
        try:
            _prepare(connection, path)
        except (sqlite3.Error, JournalFailed):
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if not tables:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO schema_version VALUES (?)", (SCHEMA_VERSION,))
    elif "schema_version" not in tables:
        raise JournalFailed(
            "it is a database, but no journal of runs",
            place=str(path),
            help="name another file for the journal",
        )
    connection.execute("COMMIT")
    (version,) = connection.execute("SELECT version FROM schema_version").fetchone()
    if version != SCHEMA_VERSION:
        raise JournalFailed(
            f"the journal has version {version}, this runtime reads version {SCHEMA_VERSION}",
            place=str(path),
            help="use the version of archonc that wrote it, or name another file",
        )


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Turn what the system and SQLite say into `JournalFailed` with a way out."""
    try:
        yield
    except OSError as error:
        raise JournalFailed(
            f"the journal cannot be opened: {error.strerror}",
            place=str(path),
            help="name a file in a folder that you may write to",
        ) from error
    except sqlite3.IntegrityError as error:
        raise JournalFailed(
            "another process is working on the same run",
            place=str(path),
            help="wait until it ends, or stop it, and resume then",
        ) from error
    except sqlite3.Error as error:
        raise JournalFailed(
            f"the journal cannot be used: {error}", place=str(path), help=_way_out(error)
        ) from error


def _way_out(error: sqlite3.Error) -> str:
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return "free some space on the disk, then resume the run"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "another program holds the file; try again when it is done"
    if code == sqlite3.SQLITE_NOTADB:
        return "the file is no database; name another file for the journal"
    if code == sqlite3.SQLITE_CORRUPT:
        return "the file is damaged; move it away, a new one is made"
    return "check that the file and its folder may be written to"
