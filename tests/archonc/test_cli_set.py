"""`--set` and `--root`, as a user types them to the commands that compile a program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from archonc.cli.main import main

PROGRAM = """\
archon 1
provider sim = simulated(seed: 3)
model small = sim("small", max_tokens: 60)
model judge = sim("judge", max_tokens: 60)
architecture best(n: int) {
  layer draft = generator(small, samples: n)
  maybe layer critic(judge)
  layer ranker(judge, keep: 1)
}
"""
CHOSEN = ["--set", "n=3", "--set", "critic=false"]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARCHON_JOURNAL", str(tmp_path / "journal.sqlite"))
    Path("best.archon").write_text(PROGRAM, encoding="utf-8")
    return tmp_path


def printed_plan(words: list[str], capsys: Capture) -> dict[str, Any]:
    assert main(["compile", "best.archon", "-o", "-", *words]) == 0
    plan: dict[str, Any] = json.loads(capsys.readouterr().out)
    return plan


def test_compile_fills_in_what_is_set(capsys: Capture) -> None:
    plan = printed_plan(CHOSEN, capsys)
    assert plan["bounds"]["calls"] == {"least": 4, "most": 5}
    plan = printed_plan(["--set", "n=2", "--set", "critic=true"], capsys)
    assert plan["bounds"]["calls"] == {"least": 4, "most": 6}


def test_run_fills_in_what_is_set(capsys: Capture) -> None:
    assert main(["run", "best.archon", "What is two and two?", "--json", *CHOSEN]) == 0
    assert json.loads(capsys.readouterr().out)["usage"]["calls"] == 4


def test_what_is_left_open_is_named(capsys: Capture) -> None:
    assert main(["run", "best.archon", "What?", "--set", "n=3"]) == 1
    assert "`best` leaves open `critic`" in capsys.readouterr().err


def test_check_reports_what_cannot_be_set(capsys: Capture) -> None:
    assert main(["check", "best.archon", *CHOSEN]) == 0
    assert main(["check", "best.archon", "--set", "m=3", "--set", "n=many"]) == 1
    printed = capsys.readouterr().out
    assert "`best` has no parameter and no hole `m`" in printed
    assert "`n`" in printed


@pytest.mark.parametrize("option", [["--set", "n=3"], ["--root", "."]])
@pytest.mark.parametrize("words", [["best.json", "What?"], ["--resume", "abc"]])
def test_plan_has_nothing_to_set(words: list[str], option: list[str], capsys: Capture) -> None:
    assert main(["run", *words, *option]) == 2
    assert "`--set` and `--root` are for programs" in capsys.readouterr().err


def test_root_lets_imports_reach_further(folder: Path, capsys: Capture) -> None:
    inner = folder / "inner"
    inner.mkdir()
    text = (
        'archon 1\nimport "../models.archon" as lib\narchitecture one { layer generator(lib.m) }\n'
    )
    (inner / "one.archon").write_text(text, encoding="utf-8")
    Path("models.archon").write_text('archon 1\nmodel m = simulated("m")\n', encoding="utf-8")
    assert main(["check", "inner/one.archon"]) == 1
    assert "`--root FOLDER`" in capsys.readouterr().out
    assert main(["check", "inner/one.archon", "--root", "."]) == 0
    assert main(["compile", "inner/one.archon", "-o", "one.json", "--root", "."]) == 0
    assert main(["run", "inner/one.archon", "What?", "--root", "."]) == 0
