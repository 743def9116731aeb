"""A candidate answer and what techniques attached to it; identity, never position."""

from __future__ import annotations

from archon_runtime.classes import dataclass

__all__ = ["Candidate", "CheckResult", "Verdict"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a checker found: passed or not, and why in a few words."""

    passed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier found: right or not, and why in a few words (empty: it did not say)."""

    right: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer. `id` is stable over resumes: layer, step and sample that made it.

    Attachments stay with the candidate through reordering and filtering, and are
    gone when a new candidate replaces it, because a new one has none.
    `rank` counts from 1 (best). `truncated`: the model stopped at `max_tokens`.
    `test_results` tells for each unit test, in their order, whether it passed.
    """

    id: str
    text: str
    model: str
    truncated: bool = False
    critique: str | None = None
    rank: int | None = None
    result: CheckResult | None = None
    votes: int | None = None
    verdict: Verdict | None = None
    test_results: tuple[bool, ...] | None = None
