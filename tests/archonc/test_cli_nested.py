"""What the command shows of a run with nested architectures."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from archon_runtime import run_sync
from archonc.cli.main import main
from archonc.cli.progress import make_progress
from archonc.cli.report import print_candidates
from tests.runtime.plans import Nested, Step, make_plan
from tests.runtime.scripted import Said, Scripted

BEST = Nested(
    "best",
    {
        "draft": [Step("generator", options={"samples": 3})],
        "rank": [Step("ranker", options={"keep": 1})],
    },
)
PLAN = make_plan({"both": [BEST, Step("generator")], "fuse": [Step("fuser")]})
LAYERS = ["both.best.draft", "both.best.rank", "both", "fuse"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_candidates_of_nested_layers_are_shown_once() -> None:
    texts = iter(["one", "two", "three", "four", "five"])
    lab = Scripted(lambda r: Said("[3] > [2] > [1]" if r.purpose == "ranker" else next(texts)))
    stream = io.StringIO()
    print_candidates(run_sync(PLAN, "why?", providers={"lab": lab}), stream)
    shown = stream.getvalue()
    assert re.findall(r"^layer (\S+): \d+ in", shown, re.MULTILINE) == LAYERS
    assert sorted(re.findall(r"^ {6}(\w+)$", shown, re.MULTILINE)) == [
        "five",
        "four",
        "one",
        "three",
        "two",
    ]


def test_plan_with_nested_architectures_is_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHON_JOURNAL", str(tmp_path / "journal"))
    path = tmp_path / "plan.json"
    path.write_text(PLAN.to_json(), encoding="utf-8")
    assert main(["run", str(path), "What is two and two?"]) == 0
    lines = re.findall(
        r"^(\S+): \d+ candidates?, (\d+) call", capsys.readouterr().err, re.MULTILINE
    )
    assert dict(lines) == dict(zip(LAYERS, "3111", strict=True))


def test_progress_table_has_a_row_for_each_layer_inside() -> None:
    stream = Terminal()
    lab = Scripted(lambda r: Said("[3] > [2] > [1]" if r.purpose == "ranker" else r.purpose))
    with make_progress(stream) as progress:
        run_sync(PLAN, "why?", providers={"lab": lab}, on_event=progress)
    last = stream.getvalue().rpartition("candidates")[2]
    rows = dict(re.findall(r"^(both\S*|fuse) +(\d+) ", last, re.MULTILINE))
    assert rows == dict(zip(LAYERS, "3121", strict=True))
