"""`archonc import` as a user types it: what is written, printed, refused, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archonc import check_file
from archonc.cli.main import main
from archonc.diagnostic import Severity
from tests.archonc.import_configs import config, fuser, generator, ranker

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    files = {
        "clean.json": config(generator(3), fuser()),
        "inner/changed.json": config(generator(3, top_k=1), ranker(2, top_q=3)),
        "refused.json": config(ranker(2)),
        "broken.json": '{"layers": [',
        "empty.json": "",
        "other.txt": "no configuration",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
    return tmp_path


def test_import_writes_a_program_beside_the_configuration(folder: Path, capsys: Capture) -> None:
    assert main(["import", str(folder / "clean.json")]) == 0
    written = folder / "clean.archon"
    assert [each for each in check_file(written) if each.severity is Severity.ERROR] == []
    assert capsys.readouterr() == ("", f"wrote {written}\n")
    assert "architecture some {" in written.read_text(encoding="utf-8")


def test_import_overwrites_nothing_without_force(folder: Path, capsys: Capture) -> None:
    target = folder / "mine.archon"
    target.write_text("archon 1\n", encoding="utf-8")
    words = ["import", str(folder / "clean.json"), "-o", str(target)]
    assert main(words) == 1
    assert "--force overwrites it" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "archon 1\n"
    assert main([*words, "--force"]) == 0
    assert "layer generator" in target.read_text(encoding="utf-8")


def test_import_prints_the_program_alone_on_stdout(folder: Path, capsys: Capture) -> None:
    assert main(["import", str(folder / "inner" / "changed.json"), "-o", "-"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("# Imported from changed.json.\n")
    assert str(folder) not in out
    assert "warning[A0518]" in err
    assert not (folder / "inner" / "changed.archon").exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("refused.json", "error[A0514]"),
        ("broken.json", "error[A0501]"),
        ("bytes.json", "error[A0005]"),
        ("empty.json", "give the path of a configuration"),
        ("inner", "archonc import --report FOLDER"),
        ("none.json", "error[A0001]"),
    ],
)
def test_import_of_what_is_refused_writes_nothing(
    folder: Path, name: str, said: str, capsys: Capture
) -> None:
    target = folder / "target.archon"
    assert main(["import", str(folder / name), "-o", str(target)]) == 1
    assert said in capsys.readouterr().err
    assert not target.exists()


def test_import_says_where_it_cannot_write(folder: Path, capsys: Capture) -> None:
    target = str(folder / "no" / "x.archon")
    assert main(["import", str(folder / "clean.json"), "-o", target]) == 1
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "name a configuration"),
        (["--report", "nowhere"], "`nowhere` is none"),
        (["a.json", "--report", "."], "give it a folder only"),
        (["--report", ".", "-o", "x"], "give it a folder only"),
        (["a.json", "--format", "json"], "belongs to --report"),
    ],
)
def test_wrong_usage_of_import_is_said(words: list[str], said: str, capsys: Capture) -> None:
    assert main(["import", *words]) == 2
    assert said in capsys.readouterr().err


def test_report_has_a_row_for_every_configuration(folder: Path, capsys: Capture) -> None:
    assert main(["import", "--report", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines[1:7]] == [
        "broken.json",
        "bytes.json",
        "clean.json",
        "empty.json",
        "inner/changed.json",
        "refused.json",
    ]
    assert lines[3].split() == ["imported", "2", "4", "1", "clean.json"]
    assert lines[5].startswith("imported, 3 changes")
    assert "A0518 A0526" in lines[5]
    assert lines[6].startswith("refused")
    assert "6 files: 1 imported, 1 imported with changes, 4 refused" in lines
    assert any(line.startswith("A0518     1 file,   2 found  ignored-key: ") for line in lines)
    assert sorted(path.name for path in folder.iterdir() if path.suffix == ".archon") == []


def test_report_as_json_has_lines_and_columns(folder: Path, capsys: Capture) -> None:
    assert main(["import", "--report", str(folder), "--format", "json"]) == 0
    *rows, totals = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    changed = next(row for row in rows if row["file"] == "inner/changed.json")
    assert changed["outcome"] == "imported with changes"
    assert changed["layers"] == 2
    assert changed["left"] == "2"
    assert changed["calls"] == {"least": 4, "most": 5}
    assert changed["diagnostics"][0]["code"] == "A0518"
    assert (changed["diagnostics"][0]["line"], changed["diagnostics"][0]["column"]) == (12, 9)
    assert totals["outcomes"] == {"imported": 1, "imported with changes": 1, "refused": 4}
    assert totals["codes"]["A0518"] == {"name": "ignored-key", "files": 1, "findings": 2}


def test_report_of_an_empty_folder_has_no_rows(tmp_path: Path, capsys: Capture) -> None:
    assert main(["import", "--report", str(tmp_path)]) == 0
    assert "0 files" in capsys.readouterr().out
