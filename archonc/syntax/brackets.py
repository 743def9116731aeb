"""The brackets of a file: which has its partner, and would have if one more or less stood there.

All is worked out in one pass from either end; a question is then answered without
reading the file again, for a broken file asks many.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

from archon_runtime.classes import dataclass
from archonc.syntax.grammar import CLOSERS, OPENERS

__all__ = ["Brackets", "OpenBrackets"]


class OpenBrackets:
    """The brackets that are open at a place, innermost last, and the token that each is.

    A closing bracket closes those inside its partner as well; one without a partner
    closes nothing.
    """

    def __init__(self) -> None:
        self._opened: list[tuple[str, int]] = []
        self._counts = dict.fromkeys(OPENERS, 0)

    def __len__(self) -> int:
        return len(self._opened)

    def open(self, kind: str, place: int) -> None:
        """Open a bracket."""
        self._opened.append((kind, place))
        self._counts[kind] += 1

    def close(self, closer: str) -> bool:
        """Close the partner of a closing bracket; false, if none is open."""
        opener = CLOSERS[closer]
        if not self._counts[opener]:
            return False
        kind = ""
        while kind != opener:
            kind, _ = self._opened.pop()
            self._counts[kind] -= 1
        return True

    def place_of(self, kind: str) -> int | None:
        """Place of the innermost open bracket of a kind."""
        return next((place for each, place in reversed(self._opened) if each == kind), None)


@dataclass(frozen=True, slots=True)
class _Stack:
    """Brackets on top of others; that it shares those below makes one for each place cheap."""

    kind: str
    below: _Stack | None


@dataclass(frozen=True)
class Brackets:
    """The types and the places of a file's brackets, in order; nothing else of it."""

    kinds: Sequence[str]
    places: Sequence[int]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many brackets there are of each type."""
        return {kind: self.kinds.count(kind) for kind in (*CLOSERS, *OPENERS)}

    @cached_property
    def _opened(self) -> list[_Stack | None]:
        """Openers without a partner before each bracket, as long as each closer has one."""
        stack: _Stack | None = None
        found = [stack]
        for kind in self.kinds:
            if kind in OPENERS:
                stack = _Stack(kind, stack)
            elif stack is not None and stack.kind == CLOSERS[kind]:
                stack = stack.below
            else:
                break
            found.append(stack)
        return found

    @cached_property
    def _awaited(self) -> list[_Stack | None]:
        """Openers that the closers after each bracket await, in the file's reverse order."""
        stack: _Stack | None = None
        found = [stack]
        for kind in reversed(self.kinds):
            if kind in CLOSERS:
                stack = _Stack(CLOSERS[kind], stack)
            elif stack is not None and stack.kind == kind:
                stack = stack.below
            else:
                break
            found.append(stack)
        return found

    def is_balanced(self) -> bool:
        """Tell whether each bracket has its partner."""
        return len(self._opened) > len(self.kinds) and self._opened[-1] is None

    def is_balanced_with(self, place: int, kind: str) -> bool:
        """Tell whether each would have, with one more of a type before a place of the file."""
        index = bisect_left(self.places, place)
        if index >= len(self._opened):
            return False
        stack = self._opened[index]
        if kind in OPENERS:
            return self._closes(_Stack(kind, stack), index)
        if stack is None or stack.kind != CLOSERS[kind]:
            return False
        return self._closes(stack.below, index)

    def is_balanced_without(self, place: int) -> bool:
        """Tell whether each would have, without the one at a place of the file."""
        index = bisect_left(self.places, place)
        return index < len(self._opened) and self._closes(self._opened[index], index + 1)

    def _closes(self, stack: _Stack | None, index: int) -> bool:
        """Tell whether the brackets from an index on close these, and nothing else is open."""
        after = len(self.kinds) - index
        if after >= len(self._awaited):
            return False
        awaited = self._awaited[after]
        while stack is not None and awaited is not None and stack.kind == awaited.kind:
            stack, awaited = stack.below, awaited.below
        return stack is None and awaited is None
