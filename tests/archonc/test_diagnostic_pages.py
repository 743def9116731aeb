"""Every code has a page, a golden case and a rendered snapshot; the pages are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archonc.compiler import check_source
from archonc.diagnostic.codes import CODES
from archonc.diagnostic.codes_lint import LINT_CODES
from archonc.importer import import_source
from archonc.lint.registry import OFF
from archonc.source import Source
from tests.golden.test_golden import all_cases, diagnose_text
from tests.golden.test_golden_import import all_imports

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "specs" / "diagnostics"
GOLDEN = ROOT / "tests" / "golden"
HEADINGS = ["What it means", "Why it is an error", "Wrong", "Right", "See also"]
LINTS = sorted(each.code for each in LINT_CODES)

# Files that cannot be read have no program to show: their tests are those of `read_source`.
IN_CONFIGS = sorted(code for code in CODES if code.startswith("A05"))
IN_PROGRAMS = sorted(code for code in CODES if not code.startswith(("A00", "A05")))


def block(page: str, heading: str) -> str:
    found = re.search(rf"## {heading}\n\n```(?:archon|json)\n(.*?)\n```", page, re.DOTALL)
    assert found is not None, heading
    return found.group(1)


def codes_of(program: str, expected: str = "") -> list[str]:
    source = Source("page.archon", program + "\n")
    if expected in OFF:
        return [each.code for each in check_source(source, folder=GOLDEN, enabled={expected})]
    return [each.code for each in diagnose_text(source, {expected})]


def codes_of_config(config: str) -> list[str]:
    return [each.code for each in import_source(Source("page.json", config)).diagnostics]


def test_pages_and_codes_are_the_same() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(CODES)


def test_names_of_codes_are_unique_and_lower_case() -> None:
    names = [code.name for code in CODES.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize("code", sorted(CODES))
def test_page_has_its_title_and_headings(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {code}: {CODES[code].name}\n")
    wanted = HEADINGS if code in (*IN_PROGRAMS, *IN_CONFIGS) else [HEADINGS[i] for i in (0, 1, 4)]
    if code in LINTS:
        wanted = [each.replace("an error", "a warning") for each in wanted]
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == wanted
    for target, anchor in re.findall(r"\]\(([^)#]+)(?:#([^)]+))?\)", page):
        if target.startswith("https://"):
            continue
        text = (PAGES / target).read_text(encoding="utf-8")
        titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        assert not anchor or anchor in {title.lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("code", IN_PROGRAMS)
def test_wrong_program_gives_exactly_its_code(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert codes_of(block(page, "Wrong"), code) == [code]


@pytest.mark.parametrize("code", IN_PROGRAMS)
def test_right_program_gives_nothing(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert codes_of(block(page, "Right"), code if code in OFF else "") == []


@pytest.mark.parametrize("code", IN_CONFIGS)
def test_wrong_config_gives_exactly_its_code(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert codes_of_config(block(page, "Wrong")) == [code]


@pytest.mark.parametrize("code", IN_CONFIGS)
def test_right_config_gives_nothing(code: str) -> None:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert codes_of_config(block(page, "Right")) == []


def test_every_import_code_has_a_golden_config() -> None:
    shown = {code for case in all_imports() for code in re.findall(r"\[(A\d{4})\]", case.snapshot)}
    assert shown == set(IN_CONFIGS)


def test_every_code_has_a_golden_case_with_a_snapshot() -> None:
    cases = all_cases()
    expected = {code for case in cases for _, code, _ in case.expected}
    shown = {code for case in cases for code in re.findall(r"\[([AL]\d+)\]", case.snapshot)}
    assert expected == set(IN_PROGRAMS)
    assert shown == set(IN_PROGRAMS)


@pytest.mark.parametrize("code", LINTS)
def test_every_lint_has_a_golden_program_that_it_does_not_fire_on(code: str) -> None:
    fine = [case for case in all_cases() if f"# Fine: {code}." in case.text]
    assert fine
    assert not any(case.expected for case in fine)


def test_page_of_a_lint_that_is_off_says_so() -> None:
    for code in LINTS:
        page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
        assert (code in OFF) == (f"--enable {code}" in page)
