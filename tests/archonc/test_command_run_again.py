"""`archonc run --replay` and `--cache`: what the journal has is used again."""

from __future__ import annotations

from pathlib import Path

import pytest

from archonc.cli.main import main
from tests.archonc.journals import PROGRAM, QUESTION, ids


def test_replay_prints_the_same_answer(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ids(journal)["panel"]
    assert main(["runs", "show", run]) == 0
    answer = capsys.readouterr().out.rpartition("  answer:\n")[2].split()
    assert main(["run", "--replay", run[:6]]) == 0
    shown = capsys.readouterr()
    assert shown.out.split() == answer
    assert "replayed from the journal: nothing was asked or paid now" in shown.err
    assert len(ids(journal)) == 2


def test_cache_is_off_unless_asked_for(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "panel.archon"
    program.write_text(PROGRAM.replace(", errors: 10%", ""), encoding="utf-8")
    words = ["run", str(program), QUESTION]
    assert main(words) == 0
    first = capsys.readouterr()
    assert "for free" not in first.err
    assert main(words) == 0
    assert "for free" not in capsys.readouterr().err
    assert main([*words, "--cache"]) == 0
    again = capsys.readouterr()
    assert "0 calls, 0 tokens, $0" in again.err
    assert ", and 13 replies of earlier runs for free" in again.err
    assert again.out == first.out
    assert main(["runs", "show", again.err.split()[1]]) == 0
    shown = capsys.readouterr().out
    assert shown.count("answered for free with the reply of an earlier run") == 13


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--resume", "a", "--replay", "b"], "give `--resume` or `--replay`, not both"),
        (["--replay", "a", "--cache"], "there is nothing to `--cache`"),
        (["--replay", "a", "p.archon", "why?"], "`--replay` takes the question from the journal"),
    ],
)
def test_options_that_exclude_each_other_say_so(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *words]) == 2
    assert said in capsys.readouterr().err
