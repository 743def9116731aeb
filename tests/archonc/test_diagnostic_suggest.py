"""A misspelt word is guessed if a known one is near, and not otherwise."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archonc.diagnostic import CODES, suggest
from archonc.diagnostic.codes_check import CHECK_CODES
from archonc.diagnostic.codes_import import IMPORT_CODES
from archonc.diagnostic.codes_lint import LINT_CODES
from archonc.diagnostic.codes_syntax import SYNTAX_CODES

TECHNIQUES = ["generator", "fuser", "critic", "ranker", "checker", "voter"]


@pytest.mark.parametrize(
    ("word", "guess"),
    [
        ("generater", "generator"),
        ("gneerator", "generator"),
        ("Ranker", "ranker"),
        ("raker", "ranker"),
        ("critics", "critic"),
        ("vter", "voter"),
        ("verifier", None),
        ("x", None),
        ("", None),
    ],
)
def test_near_word_is_suggested(word: str, guess: str | None) -> None:
    assert suggest(word, TECHNIQUES) == guess


def test_equally_near_words_are_chosen_by_the_alphabet() -> None:
    assert suggest("cat", ["hat", "bat"]) == suggest("cat", ["bat", "hat"]) == "bat"


def test_word_of_one_letter_is_not_replaced_by_another() -> None:
    assert suggest("a", ["b", "c"]) is None


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=5))
def test_suggestion_is_a_candidate_and_never_the_word(word: str, candidates: list[str]) -> None:
    guess = suggest(word, candidates)
    assert guess is None or (guess in candidates and guess != word)


@given(st.text(alphabet="abcdef", min_size=4, max_size=12), st.data())
def test_one_edit_is_always_near_enough(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    assert suggest(word[:at] + word[at + 1 :], [word]) == word
    assert suggest(f"{word[:at]}z{word[at:]}", [word]) == word


def test_codes_are_unique_and_in_their_ranges() -> None:
    tables = (SYNTAX_CODES, CHECK_CODES, IMPORT_CODES, LINT_CODES)
    assert len(CODES) == sum(map(len, tables))
    assert len({code.name for code in CODES.values()}) == len(CODES)
    assert all(re.fullmatch(r"A0[01]\d\d", code.code) for code in SYNTAX_CODES)
    assert all(re.fullmatch(r"A0[234]\d\d", code.code) for code in CHECK_CODES)
    assert all(re.fullmatch(r"A05\d\d", code.code) for code in IMPORT_CODES)
    assert all(re.fullmatch(r"L\d{3}", code.code) for code in LINT_CODES)
    for code in CODES.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.name)
        assert not code.summary.endswith(".")
        assert not code.summary[0].isupper()
