"""A journal with runs in it, made once and copied for each test that asks for one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archonc.cli.main import main
from tests.archonc.journals import PROGRAM, QUESTION, RANKED


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with two runs, of different plans; in one of them calls fail."""
    folder = tmp_path_factory.mktemp("made")
    for name, text, question in (("panel", PROGRAM, QUESTION), ("ranked", RANKED, "Who? " * 40)):
        (folder / f"{name}.archon").write_text(text.replace("panel", name), encoding="utf-8")
        words = [str(folder / f"{name}.archon"), question, "--journal", str(folder / "j")]
        assert main(["run", *words]) == 0
    return folder / "j"


@pytest.fixture
def journal(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "journal.sqlite"
    shutil.copy(made, path)
    monkeypatch.setenv("ARCHON_JOURNAL", str(path))
    return path
