"""What a run gives back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from archon_runtime.candidate import Candidate
from archon_runtime.trace import Trace, candidate_to_json
from archon_runtime.usage import Usage

__all__ = ["Result"]


@dataclass(frozen=True, slots=True)
class Result:
    """An answer and how it came about.

    `answers` holds one text, or with `answer: all` every one; `candidates` is what
    layer `from_layer` left, which is the last one unless something was left out:
    `degraded` says then what, in sentences. `unknown_calls` were counted at their
    reservation. `run_id` is empty without a journal. `warnings` say what went wrong
    beside the answer: that the journal does not have it. `cached_calls` were answered with
    replies of other runs; they are no calls of this one's `usage`.
    """

    answers: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    usage: Usage
    unknown_calls: int
    trace: Trace
    degraded: tuple[str, ...]
    run_id: str
    from_layer: str
    warnings: tuple[str, ...] = ()
    cached_calls: int = 0

    @property
    def answer(self) -> str:
        """The answer; the first one where several were asked for."""
        return self.answers[0]

    @property
    def cost(self) -> Decimal:
        """What it cost in US dollars."""
        return self.usage.cost_usd

    def to_json(self) -> dict[str, Any]:
        """Make JSON types of the whole result."""
        return {
            "answer": self.answer,
            "answers": list(self.answers),
            "candidates": [candidate_to_json(c) for c in self.candidates],
            "usage": self.usage.to_json(),
            "cost_usd": f"{self.cost:f}",
            "unknown_calls": self.unknown_calls,
            "cached_calls": self.cached_calls,
            "trace": self.trace.to_json(),
            "degraded": list(self.degraded),
            "run_id": self.run_id,
            "from_layer": self.from_layer,
            "warnings": list(self.warnings),
        }
