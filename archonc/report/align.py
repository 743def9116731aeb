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
    key = keys[0]
    matcher = SequenceMatcher(None, list(map(key, before)), list(map(key, after)), autojunk=False)
    i = j = 0
    for block in matcher.get_matching_blocks():
        yield from align(before[i : block.a], after[j : block.b], keys[1:])
        i, j = block.a + block.size, block.b + block.size
        yield from zip(before[block.a : i], after[block.b : j], strict=True)
