"""When to ask again, and after how long: exponential waits with full jitter."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from archon_runtime.errors import ProviderError
from archon_runtime.limits import LONGEST_WAIT_S

__all__ = ["RetryPolicy"]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is tried and how long the waits between are, in seconds.

    A provider that asks for a longer wait than `longest_s` is not waited for.
    """

    attempts: int = 3
    base_s: float = 0.5
    cap_s: float = 20.0
    longest_s: float = LONGEST_WAIT_S

    def wait_s(self, error: ProviderError, attempt: int, random: Random) -> float | None:
        """Tell how long to wait after attempt number *attempt* (from 1); None: give up.

        Full jitter: anything from nothing to the doubled wait, so that calls which
        failed together do not come back together. `Retry-After` is added to it.
        """
        if not error.retryable or attempt >= self.attempts:
            return None
        asked_s = error.retry_after_s or 0.0
        if asked_s > self.longest_s:
            return None
        return asked_s + random.uniform(0.0, min(self.cap_s, self.base_s * 2**attempt))
