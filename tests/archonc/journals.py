"""What the tests of commands that read a journal share."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from archon_runtime.runs import RunStore

__all__ = ["PROGRAM", "QUESTION", "RANKED", "change", "ids"]

PROGRAM = """\
archon 1
provider sim = simulated(seed: 3, errors: 10%)
model m = sim("m", max_tokens: 400)
architecture panel {
  budget { calls: 100 }
  layer draft = generator(m, samples: 4)
  layer verifier(m)
  layer fuser(m)
}
"""
RANKED = PROGRAM.replace("verifier(m)", "ranker(m, keep: 2)").replace(", errors: 10%", "")
QUESTION = "Why is the sky blue?\nTell me."


def ids(path: Path) -> dict[str, str]:
    """The ids of the runs by the name of their plan."""
    with RunStore(path) as store:
        return {run.plan: run.id for run in store.list()}


def change(path: Path, statement: str, *values: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement, values)
    connection.commit()
    connection.close()
