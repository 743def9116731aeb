"""Whatever the text: no exception, an end, and places that lie inside the text."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from archonc.compiler import check_source
from archonc.diagnostic import render_text
from archonc.source import Source
from tests.archonc.test_syntax_errors import PROGRAM
from tests.archonc.test_syntax_grammar import HOLES

SIGNS = ["maybe", "}", "{", ")", "(", "]", "[", '"', '"""']
WORDS = [*sorted(set((PROGRAM + HOLES).split())), *SIGNS]


def survives(text: str) -> None:
    for diagnostic in check_source(Source("any.archon", text)):
        labels = (diagnostic.primary, *diagnostic.secondary)
        for label in labels:
            assert 0 <= label.span.start <= label.span.end <= len(text)
        for edit in diagnostic.edits:
            assert 0 <= edit.span.start <= edit.span.end <= len(text)
        assert render_text(diagnostic)


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_any_text_ends_in_diagnostics(text: str) -> None:
    survives(text)


@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from([" ", "\n"]))
@settings(max_examples=80, deadline=None)
def test_any_words_of_the_language_end_in_diagnostics(words: list[str], space: str) -> None:
    survives("archon 1\n" + space.join(words))


@given(st.integers(0, 2**32), st.sampled_from([PROGRAM, HOLES]))
@settings(max_examples=120, deadline=None)
def test_damaged_programs_end_in_diagnostics(seed: int, program: str) -> None:
    survives(damage(program, seed))


def damage(program: str, seed: int) -> str:
    """Take words from a program, put some in, or break lines, one to four times."""
    chance = random.Random(seed)
    words = program.split(" ")
    for _ in range(chance.randint(1, 4)):
        if not words:
            break
        at = chance.randrange(len(words))
        match chance.randrange(4):
            case 0:
                del words[at : at + chance.randint(1, 4)]
            case 1:
                words.insert(at, chance.choice(WORDS))
            case 2:
                words[at] = chance.choice(WORDS)
            case _:
                words[at] += "\n"
    return " ".join(words)
