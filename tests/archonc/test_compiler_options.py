"""`--architecture`, `--set` and `--root`, alike in every command that compiles a program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archonc.cli.main import main

Capture = pytest.CaptureFixture[str]
MODELS = """archon 1

model a = simulated("a", max_tokens: 100)
model b = simulated("b", max_tokens: 100)
"""
SPACE = """
architecture space(m: model = one_of(lib.a, lib.b)) {
  layer draft = generator(m, samples: 1..4)
  repeat 0..1 { layer fuser(lib.b) }
  answer: first
}

architecture plain {
  layer generator(lib.a)
}
"""
CHOSEN = ["--architecture", "space", "--set", "m=lib.b", "--set", "draft.samples=3"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "models.archon").write_text(MODELS, encoding="utf-8")
    path = tmp_path / "app" / "space.archon"
    path.parent.mkdir()
    path.write_text('archon 1\n\nimport "../models.archon" as lib\n' + SPACE, encoding="utf-8")
    return path


def options(file: Path) -> list[str]:
    return [*CHOSEN, "--set", "repeat=1", "--root", str(file.parent.parent)]


def test_compile_makes_the_plan_that_was_chosen(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    assert main(["compile", str(file), "-o", str(target), *options(file)]) == 0
    plan = json.loads(target.read_text(encoding="utf-8"))
    assert plan["name"] == "space"
    assert [layer["name"] for layer in plan["layers"]] == ["draft", "fuser"]
    assert plan["layers"][0]["steps"][0]["options"]["samples"] == 3
    assert list(plan["models"]) == ["lib.b"]


def test_run_answers_with_what_was_chosen(file: Path, capsys: Capture) -> None:
    journal = ["--journal", str(file.parent / "journal.sqlite")]
    words = ["run", str(file), "What is it?", "--json", *journal, *options(file)]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["usage"]["calls"] == 4


def test_explain_graph_and_diff_take_them_as_well(
    file: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["explain", str(file), *options(file)]) == 0
    assert "draft" in capsys.readouterr().out
    picture = tmp_path / "space.mmd"
    assert main(["graph", str(file), "-o", str(picture), *options(file)]) == 0
    assert "generator" in picture.read_text(encoding="utf-8")
    assert main(["diff", str(file), str(file), *options(file)]) == 0


def test_check_holds_what_is_set_against_the_program(file: Path, capsys: Capture) -> None:
    root = ["--root", str(file.parent.parent)]
    assert main(["check", str(file), *root]) == 0
    assert main(["check", str(file), *root, "--architecture", "space", "--set", "m=lib.c"]) == 1
    assert "no model `lib.c`" in capsys.readouterr().out
    assert main(["check", str(file), *options(file), "--max-calls", "3"]) == 1
    assert "4 calls" in capsys.readouterr().out


def test_import_above_the_file_needs_a_root(file: Path, capsys: Capture) -> None:
    assert main(["check", str(file)]) == 1
    assert "--root FOLDER" in capsys.readouterr().out


def test_what_is_left_open_is_named(file: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ["compile", str(file), "-o", str(tmp_path / "plan.json"), *options(file)[:-4]]
    assert main([*words, "--root", str(file.parent.parent)]) == 1
    assert "`space` leaves open `repeat`" in capsys.readouterr().err
    assert not (tmp_path / "plan.json").exists()
