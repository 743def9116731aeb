"""What the techniques that write, show and judge by unit tests share."""

from __future__ import annotations

from archon_runtime.bounds import Range, Sizes, add_high
from archon_runtime.candidate import Candidate
from archon_runtime.prompt import show_tests

__all__ = ["GENERAL_TEST", "MOST_TESTS", "tokens_with_tests"]

MOST_TESTS = 50
"""More than anybody needs; it bounds what their numbers take in a prompt."""

GENERAL_TEST = (
    "The answer is right, complete, and in the form that the question asks for, as far as the "
    "question alone can tell."
)
"""What stands for the tests where a model wrote none that can be read."""

_AROUND = len(show_tests(("",) * MOST_TESTS, marker="-" * 8).encode()) + len(GENERAL_TEST)


def tokens_with_tests(sizes: Sizes, candidates: int, added: int | None) -> int | None:
    """Bound a prompt that shows so many candidates and all tests, and *added* bytes."""
    shown = sizes.prompt(Range(candidates, candidates), tests=True).most
    return add_high(add_high(shown, _AROUND), added)


def count_passes(candidate: Candidate) -> int:
    """Count the tests that a candidate passes; unreadable results are none."""
    return sum(candidate.test_results or ())


def passes_all(candidate: Candidate) -> bool:
    """Tell whether a candidate was judged, and passes all tests."""
    return candidate.test_results is not None and all(candidate.test_results)


def tell_score(candidate: Candidate) -> str:
    """Say how many of the tests a candidate passes."""
    results = candidate.test_results
    if results is None:
        return "its results could not be read"
    return f"{sum(results)} of {len(results)} tests passed"
