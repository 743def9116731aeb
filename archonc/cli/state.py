"""Where the command line keeps its journal."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["journal_path"]


def journal_path() -> Path:
    """Path of the journal: `ARCHON_JOURNAL`, else in the XDG state folder."""
    named = os.environ.get("ARCHON_JOURNAL")
    if named:
        return Path(named)
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "archon" / "journal.sqlite"
