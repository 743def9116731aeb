"""`archonc runs`: what the journal has, listed, shown, exported and thrown away."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from archon_runtime.journal import Journal
from archon_runtime.runs import EXPORT_VERSION
from archonc.cli.main import main
from tests.archonc.journals import change, ids

FIXTURES = Path(__file__).parents[1] / "runtime" / "fixtures"


def test_list_says_when_what_and_how_much(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", "list"]) == 0
    lines = {line.split()[3]: line for line in capsys.readouterr().out.splitlines()}
    assert lines.keys() == {"panel", "ranked"}
    assert lines["panel"].startswith(ids(journal)["panel"])
    assert " 16 calls " in lines["panel"]
    assert " done " in lines["panel"]
    assert lines["panel"].endswith("  Why is the sky blue? Tell me.")
    assert lines["ranked"].endswith(" Who? Who?…")


def test_list_is_short_unless_all_are_asked_for(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = Journal.open(journal)
    for _ in range(25):
        opened.add_run(
            plan_hash="h",
            plan='{"name": "other"}',
            question='{"messages": [{"role": "user", "content": "x"}], "data": {}}',
        )
    opened.close()
    assert main(["runs", "list"]) == 0
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 20
    assert "unfinished" in shown.out
    assert "archonc runs list --all" in shown.err
    assert main(["runs", "list", "--all"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 27


def test_show_tells_all_of_each_call(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ids(journal)["panel"]
    assert main(["runs", "show", run[:6]]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"run {run} of panel: done, ")
    assert "layer draft: draft#0, m\n  replied, 11 + 13 tokens, $0, " in out
    assert "      Why is the sky blue?\n      Tell me." in out
    assert "  asked: the same as draft#" in out
    assert "the bill is not known" in out
    assert "  failed: R0136: the reply is not JSON (simulated)" in out
    assert "  failed: R0134: status 503 (simulated)" in out
    assert "verifier#1, turn 2, attempt 3, m" in out
    assert "draft#0 fell at `verifier`: did not pass: On the whole it seems wrong." in out
    assert "draft#3 fell" not in out
    assert out.count("  answer:\n") == 1


def test_show_tells_that_candidates_ranked_lower_fell(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", "show", ids(journal)["ranked"]]) == 0
    out = capsys.readouterr().out
    assert out.count("fell at `ranker`: ranked below the 2 kept") == 2
    assert "fell at `fuser`" not in out


def test_texts_of_models_cannot_steer_the_terminal(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = json.dumps(
        {"text": "\x1b[2Jgone", "finish_reason": "stop", "prompt_tokens": 1, "completion_tokens": 1}
    )
    change(journal, "UPDATE calls SET reply = ? WHERE reply IS NOT NULL", reply)
    assert main(["runs", "show", ids(journal)["panel"]]) == 0
    out = capsys.readouterr().out
    assert "[2Jgone" in out
    assert "\x1b" not in out


def test_unknown_and_ambiguous_ids_are_explained(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ids(journal)["panel"]
    change(
        journal,
        "INSERT INTO runs SELECT 'zz' || id, created, plan_hash, plan, question, "
        "status, result, cost_usd FROM runs",
    )
    assert main(["runs", "show", "zz"]) == 1
    assert "2 runs have an id that begins with `zz`" in capsys.readouterr().err
    assert main(["runs", "show", run[:-1] + "0"]) == 1
    assert f"help: did you mean `{run}`?" in capsys.readouterr().err
    assert main(["runs", "export", run, "0000"]) == 1
    shown = capsys.readouterr()
    assert "the journal has no run `0000`" in shown.err
    assert shown.out == ""


def test_prefix_of_an_id_resumes_it(journal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = ids(journal)["panel"]
    assert main(["run", "--resume", run[:6]]) == 0
    assert f"run {run} of panel" in capsys.readouterr().err


def test_export_is_json_lines_of_a_stated_schema(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = ids(journal)["panel"]
    assert main(["runs", "export", run]) == 0
    first, *calls = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    spec = (Path(__file__).parents[2] / "specs" / "runtime.md").read_text(encoding="utf-8")
    for fields in (first, *calls):
        assert fields["archon_export"] == EXPORT_VERSION
        assert all(f"`{name}`" in spec for name in fields)
    assert (first["type"], first["run"], first["status"]) == ("run", run, "done")
    assert first["plan"]["name"] == "panel"
    assert first["usage"]["calls"] == len(calls) == 16
    tokens = sum(call["usage"]["prompt_tokens"] for call in calls)
    assert first["usage"]["prompt_tokens"] == tokens
    assert first["result"]["usage"] == first["usage"]
    assert {call["layer"] for call in calls} == {"draft", "verifier", "fuser"}
    failed = [call for call in calls if call["reply"] is None]
    assert failed
    assert all(call["error"] for call in failed)


def test_export_without_an_id_is_of_all_runs(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", "export"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["run"] for line in lines} == set(ids(journal).values())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show"], "name one run"),
        (["list", "abc"], "it takes no ID"),
        (["prune"], "say what may go"),
        (["list", "--keep", "1"], "are for `prune`"),
        (["export", "--all"], "`--all` is for `list`"),
    ],
)
def test_wrong_usage_says_what_is_right(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["runs", *words]) == 2
    assert said in capsys.readouterr().err


def test_looking_makes_no_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none.sqlite"
    assert main(["runs", "list", "--journal", str(path)]) == 0
    assert "there are no runs" in capsys.readouterr().err
    assert main(["runs", "show", "abc", "--journal", str(path)]) == 1
    assert "there is no journal" in capsys.readouterr().err
    assert not path.exists()


def test_runs_of_an_older_journal_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript((FIXTURES / "journal_v1.sql").read_text(encoding="utf-8"))
    connection.close()
    assert main(["runs", "show", "uj97", "--journal", str(path)]) == 0
    out = capsys.readouterr().out
    assert "run uj9737u4 of tested: failed" in out
    assert "old 2" in out
    assert "no result: what fell, and why, is known once" in out
