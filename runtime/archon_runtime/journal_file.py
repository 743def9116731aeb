"""The journal's SQLite file: opened safely, migrated, its failures in users' words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archon_runtime.errors import JournalFailed, RunTaken
from archon_runtime.journal_schema import SCHEMA_VERSION, create, migrate, version_of

__all__ = ["open_journal_file", "told_plainly"]

_LOCK_WAIT_S = 5.0


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
        create(connection)
    elif "schema_version" not in tables:
        raise JournalFailed(
            "it is a database, but no journal of runs",
            place=str(path),
            help="name another file for the journal",
        )
    version = version_of(connection)
    if version > SCHEMA_VERSION:
        raise JournalFailed(
            f"the journal has version {version}, this runtime reads up to version {SCHEMA_VERSION}",
            place=str(path),
            help="use the version of archonc that wrote it, or name another file",
        )
    migrate(connection)
    connection.execute("COMMIT")


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
        raise RunTaken(
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
    if code == sqlite3.SQLITE_READONLY:
        return "the file may not be written to; name another file for the journal"
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return "check that the folder may be written to and that its disk has space and works"
    if code == sqlite3.SQLITE_NOTADB:
        return "the file is no database; name another file for the journal"
    if code == sqlite3.SQLITE_CORRUPT:
        return "the file is damaged; move it away with its `-wal` and `-shm`, a new one is made"
    return "check that the file and its folder may be written to"
