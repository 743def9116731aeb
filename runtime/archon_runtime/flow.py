"""The type of what flows between layers: how many candidates, what each carries, and tests."""

from __future__ import annotations

from enum import StrEnum

from archon_runtime.classes import dataclass

__all__ = ["NO_FLOW", "Arity", "Attachment", "Flow", "FlowProblem", "FlowRule"]


class Attachment(StrEnum):
    """What a technique can attach to a candidate."""

    CRITIQUE = "critique"
    RANK = "rank"
    RESULT = "result"
    TEST_RESULTS = "test_results"
    VERDICT = "verdict"
    VOTES = "votes"


@dataclass(frozen=True, slots=True)
class Arity:
    """How many candidates flow: `low` to `high`, both included; no `high` is unbounded."""

    low: int
    high: int | None

    def __str__(self) -> str:
        """Write `4`, `1..5` or `0..` as the language does."""
        if self.low == self.high:
            return str(self.low)
        return f"{self.low}..{'' if self.high is None else self.high}"

    def __add__(self, other: Arity) -> Arity:
        """Arity of two flows joined."""
        high = None if self.high is None or other.high is None else self.high + other.high
        return Arity(self.low + other.low, high)

    def at_most(self, count: int) -> Arity:
        """Arity after only the first *count* are kept."""
        return Arity(min(self.low, count), count if self.high is None else min(self.high, count))


@dataclass(frozen=True, slots=True)
class Flow:
    """How many candidates flow and which attachments every one of them may carry.

    `tests`: unit tests flow beside them, until others take their place.
    """

    arity: Arity
    attachments: frozenset[Attachment] = frozenset()
    tests: bool = False

    def has(self, attachment: Attachment) -> bool:
        """Tell whether the candidates carry *attachment*."""
        return attachment in self.attachments

    def keep(self, arity: Arity, adds: frozenset[Attachment] = frozenset()) -> Flow:
        """Flow of so many of the same candidates, with attachments added."""
        return Flow(arity, self.attachments | adds, self.tests)

    def renew(self, arity: Arity) -> Flow:
        """Flow of so many new candidates, which carry nothing; unit tests stay."""
        return Flow(arity, tests=self.tests)


NO_FLOW = Flow(Arity(0, 0))
"""What flows into the first layer."""


class FlowRule(StrEnum):
    """Which rule of candidate flow is broken; the compiler has a code for each."""

    NO_CANDIDATES = "no-candidates"
    KEEPS_TOO_MANY = "keeps-too-many"
    DISCARDS_CANDIDATES = "discards-candidates"
    NO_TESTS = "no-tests"


@dataclass(frozen=True, slots=True)
class FlowProblem:
    """Why a technique cannot work on what flows in; a value, turned into a diagnostic.

    `option` names the option to blame (None: the whole component); `replacement`
    is what to write instead of its value, if that is mechanical.
    """

    rule: FlowRule
    message: str
    option: str | None = None
    help: str | None = None
    replacement: str | None = None
