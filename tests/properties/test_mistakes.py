"""A mistake of syntax inside an architecture is reported, and never makes others out of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archonc.compiler import check_source
from archonc.source import Source

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
PAGES = sorted((ROOT / "specs" / "diagnostics").glob("A0*.md"))
RIGHT = [
    found.group(1)
    for page in PAGES
    if (found := re.search(r"## Right\n\n```archon\n(.*?)```", page.read_text(), re.DOTALL))
]
LANGUAGE = re.findall(
    r"```archon\n(.*?)```", (ROOT / "specs" / "language.md").read_text(), re.DOTALL
)
PROGRAMS = [*RIGHT, *LANGUAGE]
_WORD = re.compile(r"\w+|[()\[\]:=,]")
# Of these only the place in the text is known, or there is nothing left to check.
_SYNTAX = re.compile(r"A01|A0211|A0212")


def damages(program: str) -> list[str]:
    """Programs that lack one word or sign inside the first architecture."""
    start = program.index("{", program.index("\narchitecture ")) + 1
    end = program.index("}\n", start)
    words = _WORD.finditer(program, start, end)
    return [program[: each.start()] + " " + program[each.end() :] for each in words]


def test_there_are_programs() -> None:
    assert len(PROGRAMS) > 60


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_word_that_is_missing_is_one_mistake(number: int) -> None:
    program = PROGRAMS[number]
    if "\narchitecture " not in program:
        return
    for damaged in damages(program):
        found = check_source(Source("damaged.archon", damaged), folder=GOLDEN)
        syntax = [each.code for each in found if each.code.startswith("A01")]
        others = [each for each in found if not _SYNTAX.match(each.code)]
        if syntax:
            assert not others, (damaged, [(each.code, each.message) for each in others])
