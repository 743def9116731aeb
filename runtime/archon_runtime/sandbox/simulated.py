"""The twin of a sandbox: outcomes from a function, latency on virtual time."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from archon_runtime.sandbox.base import Ending, Job, Outcome

__all__ = ["Simulated"]


class Simulated:
    """Answers jobs with what *outcome* says, after *latency_s* of anyio's time.

    No process is started, so trio's `MockClock` can drive it. A job that takes longer
    than its wall limit ends there, out of time. For a check's verdict, see
    `archon_runtime.checks.simulate_checks`.
    """

    def __init__(
        self,
        outcome: Callable[[Job], Outcome],
        latency_s: Callable[[Job], float] = lambda job: 0.0,
    ) -> None:
        self._outcome = outcome
        self._latency_s = latency_s

    async def run(self, job: Job) -> Outcome:
        """Wait as long as the job takes and give its outcome."""
        latency_s = self._latency_s(job)
        await anyio.sleep(min(latency_s, job.limits.wall_s))
        if latency_s > job.limits.wall_s:
            return Outcome(Ending.TIMED_OUT, 9, b"", b"")
        return self._outcome(job)
