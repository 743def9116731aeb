"""`archonc diff` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archonc.cli.main import main
from tests.archonc.test_plan_diff import PROGRAM

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    before, after = tmp_path / "before.archon", tmp_path / "after.archon"
    before.write_text(PROGRAM, encoding="utf-8")
    after.write_text(PROGRAM.replace("keep: 2", "keep: 1"), encoding="utf-8")
    return str(before), str(after)


def test_command_compares_programs_and_plans(files: tuple[str, str], capsys: Capture) -> None:
    before, after = files
    plan = before.replace(".archon", ".json")
    assert main(["compile", before, "-o", plan]) == 0
    assert main(["diff", before, plan]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["diff", plan, after]) == 1
    assert capsys.readouterr().out.startswith(
        "layer `ranker`:\n  option keep: 2 → 1\n  flow candidates: 2 → 1\n"
    )


def test_command_writes_json(files: tuple[str, str], capsys: Capture) -> None:
    before, after = files
    assert main(["diff", before, after, "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["changed"] is True
    assert found["changes"][0] == {
        "kind": "option",
        "layer": "ranker",
        "what": "keep",
        "before": "2",
        "after": "1",
    }
    assert main(["diff", before, before, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"changed": False, "changes": []}


def test_command_refuses_what_it_cannot_read(files: tuple[str, str], capsys: Capture) -> None:
    assert main(["diff", files[0], "none.json"]) == 1
    assert "cannot read the plan" in capsys.readouterr().err
    assert main(["diff", "none.archon", files[0]]) == 1
    assert "error[A0001]" in capsys.readouterr().err


def test_one_architecture_of_several_is_chosen(files: tuple[str, str], capsys: Capture) -> None:
    more = Path(files[1])
    second = "architecture second { layer generator(small) }\n"
    more.write_text(PROGRAM + second, encoding="utf-8")
    assert main(["diff", files[0], str(more)]) == 1
    assert "error[A0211]" in capsys.readouterr().err
    assert main(["diff", files[0], str(more), "--architecture", "best"]) == 0
