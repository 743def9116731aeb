"""Diagnostics for programs: JSON lines and GitHub's workflow commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archonc.cli.main import main
from archonc.diagnostic import CODES, Diagnostic, Edit, Label, Severity
from archonc.diagnostic.render_github import render_github, workflow_command
from archonc.diagnostic.render_json import render_json, to_json
from archonc.source import Source, Span
from tests.golden.test_golden import all_cases, diagnose

MINE = Source("a,b:c.archon", "one\ntwo 100%\n")
OTHER = Source("other.archon", "x\nyy\n")
FOUND = Diagnostic(
    "A0301",
    Severity.ERROR,
    "`two` is 100% wrong",
    MINE,
    Label(Span(4, 7), "here"),
    (Label(Span(0, 3), "first"), Label(Span(2, 4), "in another file", OTHER)),
    ("a note",),
    ("do this\nor that",),
    (Edit(Span(4, 7), "three"),),
)
Capture = pytest.CaptureFixture[str]


def point(line: int, column: int, offset: int) -> dict[str, int]:
    return {"line": line, "column": column, "offset": offset}


def test_json_holds_all_of_a_diagnostic() -> None:
    assert json.loads(render_json(FOUND)) == {
        "code": "A0301",
        "name": "keeps-too-many",
        "severity": "error",
        "message": "`two` is 100% wrong",
        "file": "a,b:c.archon",
        "start": point(2, 1, 4),
        "end": point(2, 4, 7),
        "label": "here",
        "labels": [
            {
                "file": "a,b:c.archon",
                "start": point(1, 1, 0),
                "end": point(1, 4, 3),
                "text": "first",
            },
            {
                "file": "other.archon",
                "start": point(2, 1, 2),
                "end": point(2, 3, 4),
                "text": "in another file",
            },
        ],
        "notes": ["a note"],
        "helps": ["do this\nor that"],
        "edits": [{"start": point(2, 1, 4), "end": point(2, 4, 7), "replacement": "three"}],
    }


def test_github_command_is_escaped() -> None:
    assert render_github(FOUND) == (
        "::error file=a%2Cb%3Ac.archon,line=2,col=1,endLine=2,endColumn=4,title=A0301::"
        "`two` is 100%25 wrong%0Ahere: here%0Aa,b:c.archon:1: first"
        "%0Aother.archon:2: in another file%0Anote: a note%0Ahelp: do this%0Aor that"
    )


def test_github_command_over_several_lines_has_no_columns() -> None:
    found = Diagnostic("A0102", Severity.WARNING, "m", MINE, Label(Span(1, 5)))
    wanted = "::warning file=a%2Cb%3Ac.archon,line=1,endLine=2,title=A0102::m"
    assert render_github(found) == wanted


def test_name_that_is_no_text_can_be_written() -> None:
    name = b"caf\xe9.archon".decode("utf-8", "surrogateescape")
    found = Diagnostic("A0001", Severity.ERROR, "m", Source(name, ""), Label(Span(0, 0)))
    assert json.loads(render_json(found))["file"] == name
    render_github(found).encode()
    workflow_command("error", {"file": name}, name).encode()


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_every_golden_diagnostic_is_one_line_in_both(case: object) -> None:
    for each in diagnose(case):  # type: ignore[arg-type]
        assert "\n" not in render_json(each)
        assert "\n" not in render_github(each)
        assert render_json(each).isascii()
        raw = to_json(each)
        assert raw["name"] == CODES[each.code].name
        start, end = raw["start"], raw["end"]
        assert isinstance(start, dict)
        assert isinstance(end, dict)
        assert (
            each.source.text[start["offset"] : end["offset"]]
            == (each.source.text[each.primary.span.start : each.primary.span.end])
        )


PROGRAM = """\
archon 1
model m = openai("gpt-4o-mini", max_tokens: 1k)
prompt p { user: "{query} {{query}}" }
architecture one { layer generator(m, prompt: p) }
"""


def test_check_prints_each_format(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "one.archon"
    path.write_text(PROGRAM.replace("prompt: p", "prompt: q"), encoding="utf-8")
    assert main(["check", "--format", "json", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert {json.loads(line)["code"] for line in lines} >= {"A0201"}
    assert all(json.loads(line)["file"] == str(path) for line in lines)
    assert main(["check", "--format", "github", str(path)]) == 1
    assert capsys.readouterr().out.startswith("::")


def test_strict_fails_on_a_warning(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "one.archon"
    path.write_text(PROGRAM, encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert "warning[A0210]" in capsys.readouterr().out
    assert main(["check", "--strict", str(path)]) == 1
