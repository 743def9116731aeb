"""What a simulation found: throughput, latency, cost, and which limit saturates first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archon_runtime.usage import Usage

__all__ = ["PERCENTILES", "Capacity", "Limit", "percentile"]

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit and the share of it that was used, on average over the time of arrivals.

    `shared`: all questions use it together, so that more of them saturate it. Else it is
    each question's own (a budget), and `bound` counts those that it cut short.
    """

    name: str
    used: float
    shared: bool = True
    bound: int = 0


@dataclass(frozen=True, slots=True)
class Capacity:
    """The result of a simulation. Times are in seconds.

    `simulated_s` is how long questions arrived: less than asked for if there would have
    been too many, or (`overloaded`) too many were left unanswered. `latencies_s` is of the
    answered questions, sorted. `answered_in_time` ended while questions still arrived.
    `open_over_time` samples the time and how many questions were open.
    """

    plan: str
    rate_per_s: float
    asked_s: float
    simulated_s: float
    questions: int
    answered: int
    answered_in_time: int
    degraded: int
    failed: int
    cut_off: int
    overloaded: bool
    latencies_s: Sequence[float]
    mean_open: float
    most_open: int
    usage: Usage
    failed_calls: int
    failures: Mapping[str, int]
    limits: Sequence[Limit]
    open_over_time: Sequence[tuple[float, int]]
    seed: int

    @property
    def throughput_per_s(self) -> float:
        """Answers in a second while questions arrived."""
        return self.answered_in_time / self.simulated_s if self.simulated_s else 0.0

    @property
    def first_limit(self) -> Limit | None:
        """The shared limit that is used most: more load saturates it first."""
        return max((each for each in self.limits if each.shared), key=_used, default=None)

    @property
    def saturates_at_per_s(self) -> float | None:
        """The rate of questions at which that limit is used up; None if that did not show."""
        first = self.first_limit
        if first is None or first.used <= 0.0 or not self.simulated_s:
            return None
        carried = self.throughput_per_s if self.overloaded else self.questions / self.simulated_s
        return carried / first.used or None

    def latency_s(self, percent: float) -> float | None:
        """Tell a percentile of the latencies; None if nothing was answered."""
        return percentile(self.latencies_s, percent)

    def to_json(self) -> dict[str, Any]:
        """Make JSON types of it, without the single latencies."""
        first = self.first_limit
        return {
            "plan": self.plan,
            "seed": self.seed,
            "rate_per_s": self.rate_per_s,
            "asked_s": self.asked_s,
            "simulated_s": self.simulated_s,
            "overloaded": self.overloaded,
            "questions": {
                "asked": self.questions,
                "answered": self.answered,
                "degraded": self.degraded,
                "failed": self.failed,
                "cut_off": self.cut_off,
                "mean_open": self.mean_open,
                "most_open": self.most_open,
            },
            "throughput_per_s": self.throughput_per_s,
            "latency_s": {f"p{p}": self.latency_s(p) for p in PERCENTILES}
            | {"longest": self.latency_s(100)},
            "usage": self.usage.to_json(),
            "failed_calls": self.failed_calls,
            "failures": dict(self.failures),
            "limits": [
                {"name": e.name, "used": e.used, "shared": e.shared, "bound": e.bound}
                for e in self.limits
            ],
            "saturates_first": None if first is None else first.name,
            "saturates_at_per_s": self.saturates_at_per_s,
        }


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Give the nearest-rank percentile of sorted *values*: the least that so many do not pass."""
    if not values:
        return None
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)]


def _used(limit: Limit) -> float:
    return limit.used
