"""How much a step can spend: least and most, before anything is asked."""

from __future__ import annotations

from archon_runtime.classes import dataclass

__all__ = ["Bounds", "Range", "Sizes", "add_high", "times_high"]


def add_high(left: int | None, right: int | None) -> int | None:
    """Add two upper bounds; None is unbounded."""
    return None if left is None or right is None else left + right


def times_high(count: int | None, each: int | None) -> int | None:
    """Multiply two upper bounds; None is unbounded, but nothing times it is nothing."""
    if count == 0 or each == 0:
        return 0
    return None if count is None or each is None else count * each


@dataclass(frozen=True, slots=True)
class Range:
    """A count from `least` to `most`, both included; no `most` is unbounded."""

    least: int = 0
    most: int | None = 0

    def __add__(self, other: Range) -> Range:
        """Add both ends."""
        return Range(self.least + other.least, add_high(self.most, other.most))

    def times(self, count: Range) -> Range:
        """As much as *count* of these."""
        return Range(self.least * count.least, times_high(count.most, self.most))


_NONE = Range()


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many tokens the parts of a prompt are taken to have, at most.

    `candidate` is one candidate as the reading model counts it; `critique` likewise;
    both are None where `max_tokens` is not set. `max_tokens` is the asked model's.
    `tests` is all unit tests together.
    """

    question: int
    template: int
    candidate: int | None
    critique: int | None
    max_tokens: int | None
    tests: int | None = 0

    def prompt(
        self, candidates: Range = _NONE, *, critiques: bool = False, tests: bool = False
    ) -> Range:
        """Tokens of a prompt that shows so many candidates, with critiques and tests or not."""
        each = add_high(self.candidate, self.critique) if critiques else self.candidate
        shown = times_high(candidates.most, each)
        if tests:
            shown = add_high(shown, self.tests)
        return Range(1, add_high(self.question + self.template, shown))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one step can spend. Retries are not counted in: `calls.most` holds repairs.

    `depth` is the longest chain of calls that must run one after another.
    """

    calls: Range = Range()
    prompt_tokens: Range = Range()
    completion_tokens: Range = Range()
    depth: int = 0

    def __add__(self, other: Bounds) -> Bounds:
        """Bounds of both, side by side: depth is the longer one."""
        return Bounds(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            max(self.depth, other.depth),
        )

    def then(self, later: Bounds) -> Bounds:
        """Bounds of this and then *later*: depths add up."""
        both = self + later
        return Bounds(
            both.calls, both.prompt_tokens, both.completion_tokens, self.depth + later.depth
        )
