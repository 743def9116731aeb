"""`archonc check --max-…`: bounds as gates for CI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archonc.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"
PANEL = str(EXAMPLES / "04_panel.archon")
Capture = pytest.CaptureFixture[str]


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "gated.archon"
    path.write_text(f"archon 1\n{text}", encoding="utf-8")
    return str(path)


def test_gates_that_hold_are_silent(capsys: Capture) -> None:
    gates = ["--max-cost", "$0.02186235", "--max-calls", "13", "--max-depth", "4"]
    assert main(["check", PANEL, *gates]) == 0
    assert capsys.readouterr() == ("", "")


def test_each_gate_names_architecture_bound_and_largest_layer(capsys: Capture) -> None:
    gates = ["--max-cost", "0.02", "--max-calls", "12", "--max-depth", "3"]
    assert main(["check", PANEL, *gates]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"error: {PANEL}: `panel` costs up to $0.02186235 without retries: the layer `ranker` "
        "most, $0.0116811; --max-cost $0.02 allows less",
        f"error: {PANEL}: `panel` makes up to 13 calls without retries: the layer `draft` most, "
        "8; --max-calls 12 allows less",
        f"error: {PANEL}: `panel` makes up to 4 calls one after another, without retries: the "
        "layer `draft` most, 1; --max-depth 3 allows less",
    ]


def test_gate_is_one_object_in_json_and_one_command_for_github(capsys: Capture) -> None:
    assert main(["check", PANEL, "--max-cost", "$0.02", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["gate"] == "max-cost"
    assert (found["architecture"], found["layer"]) == ("panel", "ranker")
    assert (found["limit"], found["bound"]) == ("0.02", "0.02186235")
    assert main(["check", PANEL, "--max-calls", "1", "--format", "github"]) == 1
    assert capsys.readouterr().out.startswith(f"::error file={PANEL},title=--max-calls 1::`panel`")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ('openai("gpt-4o-mini")', "the model `m` in the layer `draft` has no `max_tokens`"),
        ('openai("nobody-knows", max_tokens: 9)', "the price of `m` in the layer `draft`"),
    ],
)
def test_cost_without_a_bound_is_refused(
    tmp_path: Path, model: str, said: str, capsys: Capture
) -> None:
    path = write(tmp_path, f"model m = {model}\narchitecture a {{ layer draft = generator(m) }}\n")
    assert main(["check", path, "--max-cost", "$100"]) == 1
    assert f"nothing bounds the cost of `a`: {said}" in capsys.readouterr().out


def test_what_is_free_passes_without_bounds(tmp_path: Path) -> None:
    text = 'model m = simulated("m")\narchitecture a { layer generator(m) }\n'
    assert main(["check", write(tmp_path, text), "--max-cost", "0"]) == 0


def test_layer_that_reads_unbounded_candidates_is_named(tmp_path: Path, capsys: Capture) -> None:
    text = (
        'model m = simulated("m")\nmodel j = openai("gpt-4o-mini", max_tokens: 9)\n'
        "architecture a {\n  layer generator(m, samples: 2)\n  layer fuser(j)\n}\n"
    )
    assert main(["check", write(tmp_path, text), "--max-cost", "$1"]) == 1
    assert "`j` in the layer `fuser` reads candidates of a model" in capsys.readouterr().out


def test_every_architecture_of_a_file_is_held_to_the_gates(tmp_path: Path, capsys: Capture) -> None:
    text = (
        'model m = simulated("m", max_tokens: 9)\n'
        "architecture small { layer generator(m) }\n"
        "architecture large {\n  layer generator(m, samples: 9)\n  answer: first\n}\n"
        "architecture larger {\n  layer generator(m, samples: 10)\n  answer: first\n}\n"
    )
    assert main(["check", write(tmp_path, text), "--max-calls", "8"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line.split("`")[1] for line in printed] == ["large", "larger"]


def test_file_with_an_error_fails_by_its_diagnostics_alone(tmp_path: Path, capsys: Capture) -> None:
    path = write(tmp_path, "architecture a { layer generator(nobody) }\n")
    assert main(["check", path, "--max-calls", "0"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("error[A0201]")
    assert "--max-calls" not in out


@pytest.mark.parametrize(
    "words",
    [["--max-cost", "a lot"], ["--max-cost", "NaN"], ["--max-cost=-1"], ["--max-calls", "1.5"]],
)
def test_gate_that_is_no_amount_is_wrong_usage(words: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["check", PANEL, *words])
    assert "is no" in capsys.readouterr().err
