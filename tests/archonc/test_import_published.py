"""The 146 configurations that the authors published, where they lie beside the project."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from archonc import check_source
from archonc.diagnostic import DiagnosticSink, Severity
from archonc.diagnostic.codes import CODES
from archonc.format import format_source
from archonc.importer import import_file
from archonc.importer.survey import Outcome, SurveyRow, survey_folder, survey_lines
from archonc.source import Source

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared" / "authors-configs"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the published configurations do not lie beside the project"
)


@cache
def rows() -> tuple[SurveyRow, ...]:
    return tuple(survey_folder(FOLDER))


def of(name: str) -> SurveyRow:
    return next(row for row in rows() if row.file.endswith(name))


def test_every_configuration_has_a_row() -> None:
    outcomes = Counter(row.outcome for row in rows())
    assert len(rows()) == 146
    assert outcomes[Outcome.REFUSED] == 5
    assert all(
        (row.outcome is Outcome.REFUSED)
        == any(each.severity is Severity.ERROR for each in row.diagnostics)
        for row in rows()
    )


def test_every_imported_program_is_right_and_formatted() -> None:
    for path in sorted(FOLDER.rglob("*.json")):
        text = import_file(path).text
        if text is not None:
            source = Source("some.archon", text)
            found = check_source(source)
            assert [each for each in found if each.severity is Severity.ERROR] == [], path
            assert format_source(source, DiagnosticSink(source)) == text, path


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("quickstart-advanced.json", "A0521", id="defect 1"),
        pytest.param("archon-70Bx8_1_samples_then_verifier.json", "A0526", id="defect 4"),
        pytest.param("archon-1-110bFuser-1-PairRM3-8-70BM.json", "A0511", id="defect 3"),
        pytest.param("2_models_with_Qwen2_72B_for_aggregation_layer_length_control.json", "A0528",
                     id="defect 6"),
        pytest.param("archon-1-110bFuser-1-110bRanker3-8-70BM3S.json", "A0501", id="no JSON"),
        pytest.param("llama3-70b-bedrock.json", "A0510", id="Bedrock"),
        pytest.param("archon-1-110bFuser-5-110bM.json", "A0520", id="old form"),
    ],
)  # fmt: skip
def test_known_defects_are_named(name: str, code: str) -> None:
    assert code in of(name).codes


def test_the_configuration_that_failed_after_34_calls_is_named() -> None:
    """Defect 15: its verifier is given 5 critiques for 6 candidates."""
    row = of("archon-70Bx8_1_samples_3_layers_then_critic_then_rank_top5_then_critic_then_verifier_"
             "then_fuser_with_Qwen2_72B-all_one_sample.json")  # fmt: skip
    assert any("`verifier` of layer 7" in each.message for each in row.diagnostics)


def test_misspelt_keys_are_put_right() -> None:
    misspelt = [each for row in rows() for each in row.diagnostics if each.code == "A0517"]
    assert ["`length_contorl`" in each.message for each in misspelt] == [True]
    assert len(misspelt[0].notes[0].split(",")) == 7


def test_readme_shows_the_totals() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```\n(146 files: .*?)```", readme, re.DOTALL)
    lines = list(survey_lines(rows()))
    assert shown is not None
    assert shown.group(1).splitlines() == lines[lines.index("", 1) + 1 :]


def test_every_code_of_the_survey_is_known() -> None:
    assert {code for row in rows() for code in row.codes} <= set(CODES)
