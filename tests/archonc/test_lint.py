"""Lints beyond their golden programs: when they run, how they are silenced, what they rest on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archonc.check import Assumptions
from archonc.cli.main import main
from archonc.compiler import Compiler, check_source, compile_source
from archonc.diagnostic.codes import CODES
from archonc.diagnostic.codes_lint import LINT_CODES
from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink, Severity
from archonc.format import format_source
from archonc.lint.registry import ARCHITECTURE_RULES, OFF, PROGRAM_RULES
from archonc.source import Source
from tests.golden.test_golden import FOLDER, LINTS, Case, all_cases

MODELS = """archon 1
model a = openai("gpt-4o-mini", max_tokens: 1k, temperature: 0)
model b = openai("gpt-4o", max_tokens: 500)
"""
EVERY = frozenset(each.code for each in LINT_CODES)


def lints(text: str, **others: Assumptions) -> list[str]:
    found = check_source(Source("lint.archon", text), **others)  # type: ignore[arg-type]
    return [each.code for each in found]


def one(body: str) -> str:
    return f"{MODELS}architecture one {{\n{body}\n}}\n"


def line_of(found: Diagnostic) -> int:
    return found.source.line_column(found.primary.span.start)[0]


def test_every_code_but_that_of_comments_has_a_rule_and_all_are_warnings() -> None:
    ruled = [code for code, _ in (*ARCHITECTURE_RULES, *PROGRAM_RULES)]
    assert sorted([*ruled, "L013"]) == sorted(EVERY)
    text = one("layer generator(a, samples: 2)\nlayer voter()")
    found = check_source(Source("lint.archon", text))
    assert {each.severity for each in found} == {Severity.WARNING}


def test_program_with_an_error_has_no_lints() -> None:
    odd = "layer generator(a, samples: 2)  # allow: L001\nlayer voter()"
    assert lints(one(odd)) == ["L010", "L004", "L013"]
    assert lints(one(odd + "\nlayer fuser(c)")) == ["A0201"]


def test_compiling_warns_as_checking_does_and_makes_a_plan() -> None:
    source = Source("lint.archon", one("layer generator([a, b], samples: 2)\nlayer voter()"))
    compilation = compile_source(source)
    assert compilation.plan is not None
    assert compilation.diagnostics == check_source(source)
    assert [each.code for each in compilation.diagnostics] == ["L004"]


FIRING = [
    case
    for case in all_cases()
    if case.file == LINTS and case.expected and "L013" not in {code for _, code, _ in case.expected}
]


def find(case: Case, lines: list[str]) -> tuple[Diagnostic, ...]:
    source = Source("lint.archon", "\n".join(lines))
    return check_source(source, folder=FOLDER, enabled=OFF)


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("case", FIRING, ids=lambda case: case.name)
def test_comments_silence_exactly_what_is_found(case: Case, by_name: bool, above: bool) -> None:
    lines = [line.partition("# allow")[0].rstrip() for line in case.text.split("\n")]
    by_line: dict[int, list[str]] = {}
    for found in find(case, lines):
        name = CODES[found.code].name if by_name else found.code
        by_line.setdefault(line_of(found), []).append(name)
    assert by_line
    for number in sorted(by_line, reverse=True):
        comment = f"# allow: {', '.join(dict.fromkeys(by_line[number]))} (it is a test)"
        if above:
            lines.insert(number - 1, comment)
        else:
            lines[number - 1] += f"  {comment}"
    assert find(case, lines) == ()


def test_comment_that_silences_nothing_can_be_taken_out_by_its_edit() -> None:
    text = one("layer generator(b)  # allow: long-list").replace("model a", "model _a")
    (found,) = check_source(Source("lint.archon", text))
    (edit,) = found.edits
    assert found.code == "L013"
    mended = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    assert lints(mended) == []


def test_comment_stays_about_what_the_formatter_breaks_over_lines() -> None:
    name = f"a_name_that_is_{'very_' * 12}long"
    stops = ", ".join(['"-----------"'] * 8)
    text = MODELS.replace("500)", f"500, stop: [{stops}])  # allow: L010")
    text += f'prompt {name} {{ user: "{{{{query}}}}" }}\narchitecture one {{\n'
    text += f"layer generator(a, samples: 2, prompt: {name})  # allow: L004\nlayer voter()\n}}\n"
    assert lints(text) == []
    source = Source("lint.archon", text)
    laid_out = format_source(source, DiagnosticSink(source))
    assert laid_out is not None
    assert ")  # allow: L004" in laid_out
    assert ")  # allow: L010" in laid_out
    assert not re.search(r"samples.*# allow|model b.*# allow", laid_out)
    assert lints(laid_out) == []


def test_comment_may_be_the_last_of_a_file() -> None:
    text = one("layer generator([a, b])\nlayer fuser(b)") + "# allow: L004"
    (found,) = check_source(Source("lint.archon", text))
    assert found.message == "there is nothing to allow: no lint `L004` is found on line 9"


@pytest.mark.parametrize(
    ("word", "better"), [("l004", "L004"), ("sample-at-zero", "samples-at-zero")]
)
def test_misspelt_lint_is_suggested(word: str, better: str) -> None:
    text = one(f"layer generator([a, b], samples: 2)  # allow: {word}\nlayer voter()")
    (found,) = [e for e in check_source(Source("lint.archon", text)) if e.code == "L013"]
    assert found.helps == (f"did you mean `{better}`?",)
    assert [edit.replacement for edit in found.edits] == [better]


def test_file_that_is_there_to_be_imported_has_nothing_unused() -> None:
    assert lints(MODELS + 'models both = [a, b]\nprompt strict { user: "{{query}}" }\n') == []


def test_parameter_hides_the_model_of_its_name() -> None:
    text = MODELS + "architecture one(a: model = b) { layer generator(a) }\n"
    assert lints(text) == ["L010"]
    assert lints(text.replace("= b", "= a").replace("model b", "model _b")) == []


def test_architecture_that_needs_values_is_not_called_free_of_lints() -> None:
    text = MODELS + "architecture one(m: model) {\n layer generator(m) # allow: L002\n}\n"
    assert lints(text) == ["L010", "L010"]
    used = text + "architecture two { layer one(a), layer critic(b), layer fuser(a) }\n"
    assert lints(used) == []


def test_window_rests_on_the_assumptions() -> None:
    text = one("layer generator(b)").replace("500)", "500, window: 1500)")
    text = text.replace("model a", "model _a")
    assert lints(text) == ["L006"]
    assert lints(text, assumed=Assumptions(question_tokens=100)) == []


LIBRARY = """archon 1
model free = openai("gpt-4o-mini")
architecture best_of(m: model, n: int = 4) {
  layer generator(m, samples: n)
  layer ranker(m, keep: 1)
}
"""


@pytest.mark.parametrize(
    ("layers", "line"),
    [("layer generator(lib.free)", 5), ("layer lib.best_of(lib.free)", 4)],
)
def test_what_an_imported_file_brings_is_told_where_this_one_uses_it(
    tmp_path: Path, layers: str, line: int
) -> None:
    (tmp_path / "lib.archon").write_text(LIBRARY, encoding="utf-8")
    text = f"""archon 1
import "lib.archon" as lib
architecture one {{
  budget {{ cost: $1 }}
  {layers}
}}
"""
    (found,) = check_source(Source("lint.archon", text), folder=tmp_path)
    assert (found.code, line_of(found)) == ("L007", line)
    assert found.source.name == "lint.archon"


def test_settings_choose_what_is_linted() -> None:
    text = (
        MODELS
        + "architecture one(n: int = 1) { layer generator([a, b], samples: n), layer voter() }"
    )
    source = Source("lint.archon", text)
    assert Compiler().check(source) == ()
    assert [each.code for each in Compiler(settings=("n=2",)).check(source)] == ["L004"]


@pytest.mark.parametrize("name", ["L011", "limit-out-of-reach"])
def test_check_enables_what_is_off(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one.archon"
    path.write_text(one("budget { calls: 99 }\nlayer generator([a, b])\nlayer fuser(b)"))
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["check", "--enable", name, str(path)]) == 0
    assert "warning[L011]" in capsys.readouterr().out


def test_check_refuses_to_enable_what_is_no_lint(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["check", "--enable", "limit-out-of-range", "one.archon"])
    assert stopped.value.code == 2
    assert "did you mean limit-out-of-reach?" in capsys.readouterr().err
