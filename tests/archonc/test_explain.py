"""`archonc explain`: pages of codes, and tables of programs and plans."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archon_runtime.bounds import Range
from archon_runtime.cost import Cost
from archonc.cli.main import main
from archonc.cli.pages import plain_page
from archonc.compiler import Compiler
from archonc.diagnostic import CODES
from archonc.report.amounts import cost_range, count, count_range, dollars
from archonc.report.explain import WIDTH
from archonc.report.outline import layer_cost

ROOT = Path(__file__).parents[2]
EXAMPLES = [
    path
    for path in sorted((ROOT / "examples").glob("*.archon"))
    if path.stem not in {"models", "08_space"}  # no plan without a choice
]
Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("code", sorted(CODES))
def test_page_of_a_code_is_plain_text(code: str, capsys: Capture) -> None:
    assert main(["explain", code.lower()]) == 0
    page = capsys.readouterr().out
    assert page.startswith(f"{code}: {CODES[code].name}\n====")
    assert "```" not in page
    assert "](" not in page


def test_page_is_found_by_its_name_too(capsys: Capture) -> None:
    assert main(["explain", "keeps-too-many"]) == 0
    assert capsys.readouterr().out.startswith("A0301")


def test_page_shows_programs_indented_and_links_as_words() -> None:
    page = "# A: b\n\n```archon\narchon 1\n\nx # y\n```\n[A0401](A0401.md), [Rules](../l.md#r).\n"
    assert plain_page(page) == (
        "A: b\n====\n\n    archon 1\n\n    x # y\narchonc explain A0401, Rules (specs/l.md#r).\n"
    )


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("A0310x", "there is no file `A0310x`"),
        ("A9999", "there are A0001 to"),
        ("A03011", "did you mean `A0301`?"),
        ("keeps-to-many", "did you mean `keeps-too-many`?"),
        ("R0103", "codes that begin with R are of runs"),
        ("none.json", "cannot read the plan"),
    ],
)
def test_what_cannot_be_explained_is_answered(word: str, said: str, capsys: Capture) -> None:
    assert main(["explain", word]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_table_holds_every_layer_in_lines_of_the_width(path: Path, capsys: Capture) -> None:
    assert main(["explain", str(path)]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= WIDTH
    assert all(line == line.rstrip() for line in out.splitlines())
    assert "\x1b" not in out
    (plan,) = Compiler().compile_each(path).plans
    lines = out.splitlines()
    for layer in plan.layers:
        assert any(line.split()[:1] == [layer.name] for line in lines)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_costs_of_layers_add_up_to_the_plans(path: Path) -> None:
    (plan,) = Compiler().compile_each(path).plans
    costs = [layer_cost([layer], plan.models) for layer in plan.layers]
    assert sum(each.least_usd or 0 for each in costs) == plan.cost_least_usd
    assert sum(each.most_usd or 0 for each in costs) == plan.cost_most_usd


def test_plan_is_explained_as_its_program_is(tmp_path: Path, capsys: Capture) -> None:
    program = str(ROOT / "examples" / "06_funnel.archon")
    plan = str(tmp_path / "funnel.json")
    assert main(["compile", program, "-o", plan]) == 0
    assert main(["explain", plan]) == 0
    of_plan = capsys.readouterr().out
    assert main(["explain", program]) == 0
    assert capsys.readouterr().out == of_plan


SEVERAL = """\
archon 1
model m = openai("nobody-knows")
model n = simulated("n", max_tokens: 20)
architecture one {
  budget { calls: 2, completion_tokens: 100, prompt_tokens: 1, tokens: 1M }
  layer a_layer_with_a_name_that_is_much_longer_than_any_should_be_and_needs_a_line_of_its_own {
    generator(m)
    generator(n)
    budget { calls: 2 }
  }
  layer fuser(n)
  answer: first
}
architecture two {
  layer generator(n, samples: 2)
  answer: random(seed: 7)
}
"""


def test_each_architecture_has_a_table_and_one_can_be_chosen(
    tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "several.archon"
    path.write_text(SEVERAL.replace("prompt_tokens: 1, ", ""), encoding="utf-8")
    assert main(["explain", str(path)]) == 1
    path.write_text(SEVERAL.replace("calls: 2, c", "calls: 3, c").replace("prompt_tokens: 1, ", ""))
    assert main(["explain", str(path)]) == 0
    both = capsys.readouterr().out
    assert max(map(len, both.splitlines())) <= WIDTH
    assert both.count("architecture ") == 2
    assert "open: tokens and cost, since no `max_tokens` is set for `m`" in both
    assert "unknown: cost, since there is no price of `m`" in both
    assert "3 calls: can be reached by retries alone: at most 3, 9 with every retry" in both
    assert "100 completion tokens: can be reached, since nothing else bounds it" in both
    assert "2 calls: can be reached by retries alone: at most 2, 6 with every retry" in both
    assert "drawn at random (seed 7)" in both
    assert main(["explain", str(path), "--architecture", "two"]) == 0
    assert capsys.readouterr().out == both[both.index("architecture two") :]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('model m = simulated("m")\n', "error[A0212]"),
        ('model m = simulated("m")\narchitecture a { layer generator(n) }\n', "error[A0201]"),
    ],
    ids=["none", "wrong"],
)
def test_file_without_a_plan_has_nothing_to_explain(
    tmp_path: Path, text: str, said: str, capsys: Capture
) -> None:
    path = tmp_path / "none.archon"
    path.write_text(f"archon 1\n{text}", encoding="utf-8")
    assert main(["explain", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_open_architecture_is_explained_by_what_it_leaves_open(
    tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "open.archon"
    path.write_text(
        'archon 1\nmodel m = simulated("m", max_tokens: 9)\n'
        "architecture whole { layer generator(m) }\n"
        "architecture open {\n  layer generator(m, samples: 1..3)\n  answer: first\n}\n"
        "architecture asks(n: int) {\n  layer generator(m, samples: n)\n  answer: first\n}\n",
        encoding="utf-8",
    )
    assert main(["explain", str(path)]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "architecture open: a search space of 3 points" in out
    assert "generator.samples  a value: 1, 2, 3" in out
    assert "architecture asks: takes parameters without a default" in out
    assert "n  a value of type `int`" in out
    chosen = ["--architecture", "open", "--set", "generator.samples=2"]
    assert main(["explain", str(path), *chosen]) == 0
    assert "generator(m, samples: 2)" in capsys.readouterr().out
    assert main(["check", str(path), "--max-calls", "1"]) == 0
    assert "`open` is left out" in capsys.readouterr().err


def test_changed_plan_is_refused(tmp_path: Path, capsys: Capture) -> None:
    plan = tmp_path / "plan.json"
    assert main(["compile", str(EXAMPLES[0]), "-o", str(plan)]) == 0
    raw = json.loads(plan.read_text(encoding="utf-8"))
    plan.write_text(json.dumps({**raw, "name": "other"}), encoding="utf-8")
    assert main(["explain", str(plan)]) == 1
    assert "was changed after it was compiled" in capsys.readouterr().err


UNITS = {"k": 10**3, "M": 10**6, "G": 10**9}


def value_of(text: str) -> Decimal:
    text = text.replace(",", "").removeprefix("$")
    return Decimal(text.rstrip("kMG")) * UNITS.get(text[-1], 1)


@given(st.integers(0, 10**13))
def test_short_count_is_a_bound_on_its_side(number: int) -> None:
    low, high = value_of(count(number, up=False)), value_of(count(number, up=True))
    assert low <= number <= high
    assert high - low <= Decimal(number) / 100
    assert len(count(number, up=True)) <= 8


@given(st.decimals(0, 10**6, allow_nan=False, places=9))
def test_short_amount_is_a_bound_on_its_side(amount: Decimal) -> None:
    low, high = value_of(dollars(amount, up=False)), value_of(dollars(amount, up=True))
    assert low <= amount <= high
    assert high - low <= max(amount / 100, Decimal("0.00001"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Range(8, 8), "8"),
        (Range(1, 12), "1..12"),
        (Range(1, None), "1..∞"),
        (Range(9_999, 12_345), "9,999..12.4k"),
        (Range(0, 999_999), "0..1M"),
    ],
)
def test_ranges_are_written_as_the_language_does(value: Range, text: str) -> None:
    assert count_range(value) == text


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (None, None, "unknown"),
        ("0", "0", "$0"),
        ("0.1", None, "$0.10..∞"),
        ("0.000001", "0.03451", "$0..0.0346"),
        ("1.234", "12345.671", "$1.23..12,345.68"),
    ],
)
def test_costs_are_written_shortly(least: str | None, most: str | None, text: str) -> None:
    cost = Cost(None if least is None else Decimal(least), None if most is None else Decimal(most))
    assert cost_range(cost) == text
