"""Pair the elements of two rows that belong together: what is the same, then what is like it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

__all__ = ["align"]

T = TypeVar("T")


def align(
    before: Sequence[T], after: Sequence[T], keys: Sequence[Callable[[T], Hashable]]
) -> Iterator[tuple[T | None, T | None]]:
    """Pair elements in order, by the first key, then what is left between them by the next.

    What no key pairs comes with None: it was removed, or added.
    """
    if not keys or not before or not after:
        yield from ((each, None) for each in before)
        yield from ((None, each) for each in after)
        return
    old, new = list(map(keys[0], before)), list(map(keys[0], after))
    for left, right, size in _blocks(old, new):
        yield from align(before[left[0] : left[1]], after[right[0] : right[1]], keys[1:])
        pairs = before[left[1] : left[1] + size], after[right[1] : right[1] + size]
        yield from zip(*pairs, strict=True)


Range = tuple[int, int]


def _blocks(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[Range, Range, int]]:
    """Give what is left unpaired before each block of equals, and how long the block is."""
    # What the two begin and end with in common is found in one pass; matching is slower.
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    yield (0, 0), (0, 0), head
    i = j = head
    matcher = SequenceMatcher(
        None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False
    )
    for block in matcher.get_matching_blocks():
        left, right = block.a + head, block.b + head
        yield (i, left), (j, right), block.size
        i, j = left + block.size, right + block.size
    yield (i, i), (j, j), tail
