"""When a failed call is tried again, and after how long."""

from __future__ import annotations

from random import Random

import pytest

from archon_runtime.errors import ProviderError, ProviderRefused, ProviderUnavailable
from archon_runtime.retry import RetryPolicy

POLICY = RetryPolicy()
DOWN = ProviderUnavailable("down")


def test_waits_grow_and_stay_below_the_cap() -> None:
    waits = [
        [RetryPolicy(attempts=99).wait_s(DOWN, n, Random(i)) or 0.0 for i in range(200)]
        for n in (1, 2, 9)
    ]
    assert max(waits[0]) <= 1.0 < max(waits[1]) <= 2.0
    assert 15.0 < max(waits[2]) <= 20.0
    assert min(waits[2]) < 1.0  # full jitter: from nothing upward


@pytest.mark.parametrize(
    ("error", "attempt"),
    [
        pytest.param(DOWN, 3, id="third attempt"),
        pytest.param(ProviderRefused("no such model"), 1, id="not retryable"),
        pytest.param(ProviderUnavailable("down", retry_after_s=3600), 1, id="too long a wait"),
    ],
)
def test_gives_up(error: ProviderError, attempt: int) -> None:
    assert POLICY.wait_s(error, attempt, Random(0)) is None


def test_retry_after_is_the_least_wait() -> None:
    wait_s = POLICY.wait_s(ProviderUnavailable("down", retry_after_s=7), 1, Random(0))
    assert wait_s is not None
    assert 7 <= wait_s <= 8


def test_same_seed_gives_the_same_wait() -> None:
    assert POLICY.wait_s(DOWN, 1, Random("s")) == POLICY.wait_s(DOWN, 1, Random("s"))
