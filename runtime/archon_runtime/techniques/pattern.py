"""Regular expressions whose time is bounded, for untrusted text.

Python's `re` backtracks: on a hostile text a harmless-looking pattern can run for
years, and nothing can interrupt it. Here the syntax is Python's and the matching is a
Pike machine: all alternatives advance together, one character at a time, in time
proportional to text times pattern, and a cap on the steps bounds that too. It finds what
`re.search` finds, except where a repeated part can match nothing at all: then the last
round of the repeat may differ.

Source: Rob Pike's machine as described by Russ Cox, "Regular Expression Matching: the
Virtual Machine Approach" (2009).
"""

from __future__ import annotations

from collections.abc import Callable

from archon_runtime.classes import dataclass

__all__ = ["TEXT_CHARS", "Instruction", "Pattern", "Save", "Split", "Stand", "Take", "Test"]

TEXT_CHARS = 10_000
"""Only so many characters at the end of a text are searched: answers come last."""

_STEPS = 100_000

Test = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Take:
    """Go on if the next character passes the test."""

    test: Test


@dataclass(frozen=True, slots=True)
class Split:
    """Go on at both, the first one preferred."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Save:
    """Note the position: slot 0 and 1 hold the start and end of the first group."""

    slot: int


@dataclass(frozen=True, slots=True)
class Stand:
    """Go on if the position is right."""

    holds: Callable[[str, int], bool]


Instruction = Take | Split | Save | Stand
_Thread = tuple[int, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; the program's end is its match."""

    source: str
    program: tuple[Instruction, ...]
    grouped: bool

    def capture(self, text: str) -> str | None:
        """Give what the first group matched, or all of the match if there is no group.

        It is the first match in the last `TEXT_CHARS` characters. None: no match, the
        group took no part in it, or the pattern is too costly on this text.
        """
        text = text[-TEXT_CHARS:]
        found = self._search(text)
        if found is None:
            return None
        start, end = (found[1], found[2]) if self.grouped else (found[0], found[3])
        return None if start < 0 or end < 0 else text[start:end]

    def _search(self, text: str) -> tuple[int, int, int, int] | None:
        found: tuple[int, int, int, int] | None = None
        threads: list[_Thread] = []
        steps = 0
        for at in range(len(text) + 1):
            if found is None:
                threads.append((0, (at, -1, -1)))
            elif not threads:
                break
            going: list[_Thread] = []
            seen: set[int] = set()
            for thread in threads:
                if self._follow(thread, text, at, seen, going):
                    # All that is preferred to this match has been followed already.
                    slots = going.pop()[1]
                    found = (*slots, at)
                    break
            steps += len(seen) + 1
            if steps > _STEPS:
                return None
            threads = going
        return found

    def _follow(
        self, thread: _Thread, text: str, at: int, seen: set[int], going: list[_Thread]
    ) -> bool:
        """Follow a thread to all the characters it can take here; tell if it matched.

        A match ends the list: its thread is the last of *going*.
        """
        stack = [thread]
        while stack:
            pc, slots = stack.pop()
            if pc in seen:
                continue
            seen.add(pc)
            if pc == len(self.program):
                going.append((pc, slots))
                return True
            match self.program[pc]:
                case Take(test):
                    if at < len(text) and test(text[at]):
                        going.append((pc + 1, slots))
                case Split(first, second):
                    stack += [(second, slots), (first, slots)]
                case Save(0):
                    stack.append((pc + 1, (slots[0], at, slots[2])))
                case Save():
                    stack.append((pc + 1, (slots[0], slots[1], at)))
                case Stand(holds):
                    if holds(text, at):
                        stack.append((pc + 1, slots))
        return False
