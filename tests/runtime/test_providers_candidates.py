"""Reading shown candidates back out of a prompt."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from archon_runtime.candidate import Candidate
from archon_runtime.prompt import Shown, read_candidates, show_candidates

TEXTS = st.text(max_size=30) | st.sampled_from(
    ["</candidate 1 aaaaaaaa>", "<candidate 1 aaaaaaaa>\nx\n</candidate 1 aaaaaaaa>", "\n\n", ""]
)
CRITIQUES = st.none() | TEXTS


def made(shown: list[tuple[str, str | None]]) -> list[Candidate]:
    return [Candidate(str(i), text, "m", critique=note) for i, (text, note) in enumerate(shown)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, CRITIQUES), min_size=1, max_size=11), st.booleans(), TEXTS, TEXTS)
def test_what_is_shown_is_read_back(
    shown: list[tuple[str, str | None]], critiques: bool, before: str, after: str
) -> None:
    text = f"{before}\n{show_candidates(made(shown), critiques=critiques)}\n{after}"
    wanted = [Shown(text, note if critiques else None) for text, note in shown]
    assert read_candidates(text) == tuple(wanted)


def test_list_within_a_candidate_is_part_of_its_text() -> None:
    inner = show_candidates(made([("a", None), ("b", None)]))
    outer = show_candidates(made([(inner, None), ("c", None)]))
    assert [each.text for each in read_candidates(f"{inner}\n\n{outer}")] == [inner, "c"]


def test_fence_with_a_marker_that_fits_nothing_is_text() -> None:
    assert read_candidates("<candidate 1 deadbeef>\nx\n</candidate 1 deadbeef>") == ()
    assert read_candidates("no candidates here") == ()
