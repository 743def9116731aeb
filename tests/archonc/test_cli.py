"""The commands as a user types them, in this process: what is printed, and exit codes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from archonc.cli.main import main

PROGRAM = """\
archon 1
provider sim = simulated(seed: 3)
model small = sim("small", max_tokens: 60)
model judge = sim("judge", max_tokens: 60)
architecture best {
  budget { calls: 9 }
  layer draft = generator(small, samples: 3)
  layer ranker(judge, keep: 1)
}
"""


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "state" / "journal.sqlite"
    monkeypatch.setenv("ARCHON_JOURNAL", str(path))
    return path


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "best.archon"
    path.write_text(PROGRAM, encoding="utf-8")
    return str(path)


Capture = pytest.CaptureFixture[str]


def test_check_is_silent_about_right_programs(program: str, capsys: Capture) -> None:
    assert main(["check", program, program]) == 0
    assert capsys.readouterr() == ("", "")


def test_check_reports_every_file(program: str, tmp_path: Path, capsys: Capture) -> None:
    wrong = tmp_path / "wrong.archon"
    wrong.write_text(PROGRAM.replace("keep: 1", "keep: 8"), encoding="utf-8")
    assert main(["check", str(wrong), str(tmp_path / "none.archon"), program]) == 1
    printed = capsys.readouterr().out
    assert "keeps 8 candidates but only 3 flow in" in printed
    assert "there is no file" in printed


def test_compile_writes_the_same_plan_for_the_same_source(program: str, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        assert main(["compile", program, "-o", str(tmp_path / name)]) == 0
    first = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert first == (tmp_path / "b.json").read_text(encoding="utf-8")
    assert json.loads(first)["name"] == "best"


def test_compile_writes_nothing_if_there_is_an_error(tmp_path: Path, capsys: Capture) -> None:
    wrong = tmp_path / "wrong.archon"
    wrong.write_text("archon 1\nmodel m = nosuch()\n", encoding="utf-8")
    assert main(["compile", str(wrong), "-o", str(tmp_path / "a.json")]) == 1
    assert not (tmp_path / "a.json").exists()
    assert "error[" in capsys.readouterr().err


def test_compile_says_where_it_cannot_write(program: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["compile", program, "-o", str(tmp_path / "no" / "a.json")]) == 1
    assert "cannot write" in capsys.readouterr().err


def test_run_prints_the_answer_alone_on_stdout(program: str, capsys: Capture) -> None:
    assert main(["run", program, "What is two and two?"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") >= 1
    assert "draft: 3 candidates, 3 calls" in err
    assert "ranker: 1 candidate, 1 call" in err


def test_run_takes_a_plan_and_a_question_from_standard_input(
    program: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = str(tmp_path / "plan.json")
    assert main(["compile", program, "-o", plan]) == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"What is two and two?\n")))
    assert main(["run", plan, "-"]) == 0
    from_plan = capsys.readouterr().out
    assert main(["run", program, "What is two and two?"]) == 0
    assert capsys.readouterr().out == from_plan


def test_run_json_holds_the_whole_result(program: str, tmp_path: Path, capsys: Capture) -> None:
    messages = tmp_path / "messages.json"
    talk = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "What is two and two?"},
    ]
    messages.write_text(json.dumps(talk), encoding="utf-8")
    assert main(["run", program, "--messages", str(messages), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["usage"]["calls"] == 4
    assert [layer["layer"] for layer in result["trace"]["layers"]] == ["draft", "ranker"]
    assert result["candidates"][0]["text"] == result["answer"]


def test_show_candidates_tells_what_each_layer_did(program: str, capsys: Capture) -> None:
    assert main(["run", program, "What is two and two?", "--show", "candidates"]) == 0
    err = capsys.readouterr().err
    assert "layer draft: 0 in, 3 out" in err
    assert "layer ranker: 3 in, 1 out" in err
    assert "[rank 1]" in err
    assert "not kept: " in err


def test_show_candidates_tells_tests_results_and_verdicts(tmp_path: Path, capsys: Capture) -> None:
    layers = (
        "layer unit_test_generator(small, tests: 2)\n"
        "layer generator(small, samples: 3, show_tests: true)\n"
        "layer unit_test_evaluator(small)\nlayer verifier(small)\nanswer: first\n"
    )
    head = PROGRAM[: PROGRAM.index("  budget")].replace("max_tokens: 60", "max_tokens: 300")
    path = tmp_path / "tested.archon"
    path.write_text(f"{head}{layers}}}\n", encoding="utf-8")
    assert main(["run", str(path), "What is two and two?", "--show", "candidates", "--json"]) == 0
    printed = capsys.readouterr()
    assert "  test 2: The answer holds up." in printed.err
    assert " of 2 tests passed" in printed.err
    assert ", judged " in printed.err
    said = json.loads(printed.out)
    assert len(said["trace"]["layers"][0]["tests"]) == 2
    assert said["candidates"][0]["verdict"]["right"] in (True, False)
    assert len(said["candidates"][0]["test_results"]) == 2


def test_finished_run_is_resumed_without_a_new_call(
    program: str, capsys: Capture, journal: Path
) -> None:
    assert main(["run", program, "What is two and two?"]) == 0
    out, err = capsys.readouterr()
    run_id = err.split()[1]
    assert main(["run", "--resume", run_id]) == 0
    again, err = capsys.readouterr()
    assert again == out
    assert "resumed; spent before: 4 calls" in err
    assert journal.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param([], "name a program or a plan", id="nothing"),
        pytest.param(["a.archon"], "ask something", id="no question"),
        pytest.param(["a.archon", "x", "--messages", "m"], "not both", id="two questions"),
        pytest.param(["--resume", "x", "--data", "d"], "from the journal", id="resume and data"),
        pytest.param(["a.archon", "y", "--resume", "x"], "from the journal", id="resume and ask"),
    ],
)
def test_wrong_usage_of_run_is_said(words: list[str], said: str, capsys: Capture) -> None:
    assert main(["run", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"{", "it is not JSON", id="broken"),
        pytest.param(b"\xff", "not UTF-8", id="bytes"),
        pytest.param(b"{}", "no list of messages", id="no list"),
        pytest.param(b'[{"role": "robot", "content": "x"}]', "the role is one of", id="role"),
        pytest.param(b'[{"role": "user", "content": 1}]', "the content is a text", id="content"),
        pytest.param(b'[{"role": "user"}]', "nothing else", id="field"),
        pytest.param(b'[{"role": "assistant", "content": "x"}]', "must be the user's", id="last"),
        pytest.param(b'[{"role": "user", "content": " "}]', "the question is empty", id="empty"),
    ],
)
def test_wrong_messages_are_refused(
    program: str, tmp_path: Path, content: bytes, said: str, capsys: Capture
) -> None:
    path = tmp_path / "messages.json"
    path.write_bytes(content)
    assert main(["run", program, "--messages", str(path)]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


def test_unknown_run_is_refused_with_those_that_exist(program: str, capsys: Capture) -> None:
    assert main(["run", program, "What is two and two?"]) == 0
    run_id = capsys.readouterr().err.split()[1]
    assert main(["run", "--resume", "nosuchid"]) == 1
    err = capsys.readouterr().err
    assert "error[R0103]" in err
    assert run_id in err


def test_question_larger_than_the_window_is_refused(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "narrow.archon"
    text = PROGRAM.replace("max_tokens: 60", "max_tokens: 10, window: 200")
    path.write_text(text.replace("layer ranker(judge, keep: 1)", "answer: first"), encoding="utf-8")
    assert main(["run", str(path), "word " * 5000]) == 1
    err = capsys.readouterr().err
    assert "error[R0112]" in err
    assert "200" in err


def test_missing_key_is_named(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "keyed.archon"
    program = 'archon 1\nprovider lab = openai(key: env("NO_SUCH_KEY_HERE"))\nmodel m = lab("m")\n'
    path.write_text(program + "architecture a { layer generator(m) }\n", encoding="utf-8")
    assert main(["run", str(path), "Hello?"]) == 1
    err = capsys.readouterr().err
    assert "error[R0131]" in err
    assert "NO_SUCH_KEY_HERE" in err


def test_unknown_command_is_answered_with_a_near_one(capsys: Capture) -> None:
    assert main(["chek"]) == 2
    assert "did you mean `check`" in capsys.readouterr().err


def test_help_and_version(capsys: Capture) -> None:
    assert main(["--help"]) == 0
    assert "archonc COMMAND" in capsys.readouterr().out
    assert main([]) == 2
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("archonc ")


def test_models_are_listed_and_unknown_ones_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("ARCHON_CACHE", str(tmp_path))
    assert main(["models", "list"]) == 0
    assert "not here: archonc models pull smollm2-135m" in capsys.readouterr().out
    assert main(["models", "pull"]) == 2
    assert main(["models", "pull", "gpt-9"]) == 1
    assert "error[R0105]" in capsys.readouterr().err
