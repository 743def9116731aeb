"""Guess what a misspelt word was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["suggest"]


def suggest(word: str, candidates: Iterable[str]) -> str | None:
    """Choose the candidate that *word* most likely stands for, if one is near enough.

    Near: at most one edit for every three letters, two neighbours swapped being one
    edit, case not counted. Of equally near ones the first in the alphabet is chosen, so
    that the order of the candidates does not matter.
    """
    lowered = word.casefold()
    limit = max(1, (len(word) + 1) // 3)
    best: tuple[int, str] | None = None
    for candidate in candidates:
        other = candidate.casefold()
        if candidate == word or abs(len(other) - len(lowered)) > limit:
            continue
        distance = _distance(lowered, other)
        # A distance as long as the word means that nothing of it is left.
        if distance > limit or distance >= max(len(lowered), len(other)):
            continue
        if best is None or (distance, candidate) < best:
            best = (distance, candidate)
    return best[1] if best else None


def _distance(left: str, right: str) -> int:
    """Count the edits between two words (optimal string alignment)."""
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, char in enumerate(left, 1):
        current = [i]
        for j, other in enumerate(right, 1):
            cost = min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (char != other))
            if i > 1 and j > 1 and char == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]
