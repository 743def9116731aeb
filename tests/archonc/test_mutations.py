"""Programs with a word changed: whatever is written, the answer is diagnostics inside the text."""

from __future__ import annotations

import random
import re

import pytest

from archonc.compiler import compile_source
from archonc.source import Source
from tests.golden.test_golden import FOLDER, Case, all_cases

_WORD = re.compile(r'\w+|"[^"\n]*"')
_VALUES = (
    "[x, writer]",
    'env("A")',
    "up_to(3)",
    "{ a: 1 }",
    "$5",
    "20%",
    "5/s",
    "30s",
    "-1",
    "true",
)
MUTANTS = 4


def mutate(case: Case, chance: random.Random) -> str:
    words = list(_WORD.finditer(case.text))
    changed = chance.choice(words)
    others = [*_VALUES, *(word.group() for word in words)]
    return case.text[: changed.start()] + chance.choice(others) + case.text[changed.end() :]


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_changed_program_gives_diagnostics_inside_the_text(case: Case) -> None:
    chance = random.Random(case.name)
    for _ in range(MUTANTS):
        text = mutate(case, chance)
        compilation = compile_source(Source("mutant.archon", text), folder=FOLDER)
        for found in compilation.diagnostics:
            spans = [each.span for each in (found.primary, *found.secondary)]
            spans += [each.span for each in found.edits]
            assert all(0 <= span.start <= span.end <= len(text) for span in spans)
            assert found.message[0] == found.message[0].lower()
            assert not found.message.endswith(".")
