"""The edits that diagnostics carry are right: each one mends what it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from archonc.check.flow import CODE_OF_RULE
from archonc.compiler import Compiler
from archonc.diagnostic import Diagnostic, Severity
from archonc.diagnostic.fix import apply_fixes, fix_source
from archonc.source import Source
from tests.golden.test_golden import FOLDER, Case, all_cases, diagnose

EDITED = [
    (case, number)
    for case in all_cases()
    for number, each in enumerate(diagnose(case))
    if each.edits and each.source.text == case.text
]


def check(source: Source) -> tuple[Diagnostic, ...]:
    # Without lints: what is mended may still be odd.
    return Compiler(folder=FOLDER, lints=False).compile(source).diagnostics


def kinds(diagnostics: Iterable[Diagnostic]) -> Counter[tuple[str, str]]:
    return Counter((each.code, each.message) for each in diagnostics)


def is_uncovered(found: Diagnostic, mended: Diagnostic) -> bool:
    """Tell whether a mistake was hidden: a layer behind a wrong one is not judged."""
    flow = set(CODE_OF_RULE.values())
    return {found.code, mended.code} <= flow and mended.primary.span < found.primary.span


@pytest.mark.parametrize(
    ("case", "number"), EDITED, ids=[f"{case.name}-{number}" for case, number in EDITED]
)
def test_edit_mends_its_mistake_and_makes_no_other(case: Case, number: int) -> None:
    before = diagnose(case)
    mended = before[number]
    after = check(Source(mended.source.name, apply_fixes(case.text, [mended.edits])))
    expected = kinds(before)
    expected[mended.code, mended.message] -= 1
    assert kinds(after)[mended.code, mended.message] <= expected[mended.code, mended.message]
    judged = [each for each in after if not is_uncovered(each, mended)]
    assert kinds(judged) - expected == Counter()


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_fixing_never_adds_errors_and_ends(case: Case) -> None:
    source = Source(f"{case.name}.archon", case.text)
    fixed = fix_source(source, check)
    assert fixed.diagnostics == check(fixed.source)
    errors = [each for each in fixed.diagnostics if each.severity is Severity.ERROR]
    assert len(errors) <= sum(each.severity is Severity.ERROR for each in check(source))
    assert fix_source(fixed.source, check).made == 0


def test_there_are_many_edits() -> None:
    assert len(EDITED) > 30
