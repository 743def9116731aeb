"""`archonc runs prune`: what goes, what stays, and that nothing of it is left in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from archonc.cli.main import main
from tests.archonc.journals import change, ids


def test_prune_throws_away_what_is_old_or_too_many(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = ids(journal)
    change(
        journal, "UPDATE runs SET created = '2020-01-01T00:00:00+00:00' WHERE id = ?", runs["panel"]
    )
    assert main(["runs", "prune", "--older-than", "30d", "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(runs["panel"])
    assert shown.err == "1 run would be thrown away\n"
    assert ids(journal) == runs
    assert main(["runs", "prune", "--older-than", "30d", "--keep", "2"]) == 0
    assert ids(journal) == runs
    assert main(["runs", "prune", "--older-than", "30d"]) == 0
    assert ids(journal) == {"ranked": runs["ranked"]}
    assert main(["runs", "prune", "--keep", "0"]) == 0
    assert ids(journal) == {}


def test_what_was_pruned_is_no_longer_in_the_file(journal: Path) -> None:
    files = [journal, journal.with_name("journal.sqlite-wal")]

    def holds_it() -> bool:
        return any(b"sky blue?" in each.read_bytes() for each in files if each.exists())

    assert holds_it()
    assert main(["runs", "prune", "--keep", "0"]) == 0
    assert not holds_it()


def test_prune_keeps_what_may_be_under_way(journal: Path) -> None:
    runs = ids(journal)
    change(journal, "UPDATE runs SET status = 'running' WHERE id = ?", runs["panel"])
    assert main(["runs", "prune", "--keep", "0"]) == 0
    assert ids(journal) == {"panel": runs["panel"]}
    change(journal, "UPDATE runs SET created = '2020-01-01T00:00:00+00:00'")
    assert main(["runs", "prune", "--keep", "0"]) == 0
    assert ids(journal) == {}
