"""The reference is true: its examples compile, its tables are complete, its links work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archon_runtime.plan import BudgetSpec
from archon_runtime.providers.kinds import KINDS
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import options_of
from archonc.check.budget import LIMITS
from archonc.compiler import check_source, compile_source
from archonc.diagnostic.codes_check import HOLES_LEFT
from archonc.resolve.models import SETTINGS
from archonc.source import Source

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "specs" / "language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```archon\n(.*?)```", PAGE, re.DOTALL)


def section(title: str) -> str:
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found.group(1)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_example_compiles_silently(number: int) -> None:
    source = Source("language.archon", EXAMPLES[number])
    folder = ROOT / "tests" / "golden"
    assert check_source(source, folder=folder) == ()
    compilation = compile_source(source, folder=folder)
    # A search space is checked, and compiled only once something is chosen.
    space = [each.code for each in compilation.diagnostics] == [HOLES_LEFT]
    assert space or compilation.plan is not None


def test_every_technique_and_option_is_described() -> None:
    text = section("Techniques") + section("Checks")
    for name, technique in TECHNIQUES.items():
        assert f"`{name}" in text
        for option in options_of(technique.options_type):
            assert re.search(rf"\b{option.name}\b", text), f"{name}: {option.name}"


def test_placeholders_are_those_of_the_techniques() -> None:
    rows = {
        cells[0].strip(" `"): [set(re.findall(r"\{\{(\w+)\}\}", cell)) for cell in cells[1:]]
        for cells in (row.strip("|").split("|") for row in section("Prompts").split("\n"))
        if len(cells) == 3 and cells[0].strip(" `") in TECHNIQUES
    }
    asking = {name: each for name, each in TECHNIQUES.items() if each.default_prompt is not None}
    assert rows == {
        name: [set(each.placeholders), set(each.required_placeholders)]
        for name, each in asking.items()
    }


@pytest.mark.parametrize(
    ("title", "names"),
    [("Providers", tuple(KINDS)), ("Models", SETTINGS), ("Budget", LIMITS)],
)
def test_table_of_names_is_complete(title: str, names: tuple[str, ...]) -> None:
    for name in names:
        assert f"`{name}" in section(title), name


def test_every_limit_is_a_field_of_the_plan() -> None:
    fields = {"cost": "cost_usd", "time": "time_s"}
    assert {fields.get(name, name) for name in LIMITS} == set(BudgetSpec.__dataclass_fields__)


def test_links_lead_to_pages() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "specs" / target).is_file(), target
