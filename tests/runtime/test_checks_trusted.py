"""Trusted checks: warm workers, their limits and their end."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import anyio
import pytest

from archon_runtime.candidate import CheckResult
from archon_runtime.check_pool import TrustedWorkers
from archon_runtime.checks import run_check
from archon_runtime.errors import StepFailed
from archon_runtime.sandbox.unsafe import Unsafe
from archon_runtime.techniques.base import Check
from tests.runtime.check_bench import GOOD, QUESTION, Bench

pytestmark = pytest.mark.anyio


@pytest.fixture
async def workers() -> AsyncIterator[TrustedWorkers]:
    owned = TrustedWorkers(2)
    yield owned
    await owned.close()


async def test_a_trusted_command_is_refused() -> None:
    with pytest.raises(StepFailed, match="cannot be trusted"):
        await run_check(
            Check(command=("true",)), "x", QUESTION, {}, sandbox=Unsafe(), trusted=True, timeout_s=1
        )


SHOWS_PID = "import os\ndef good(c, q, d):\n    return False, str(os.getpid())"


async def test_a_trusted_worker_is_reused_and_replaced_after_a_timeout(
    workers: TrustedWorkers,
) -> None:
    bench = Bench(Unsafe(), True, workers)
    slow = f"import time\n{SHOWS_PID}".replace(
        "return", "time.sleep(60 if c == 's' else 0); return"
    )
    first = await bench.python(slow)
    assert await bench.python(slow) == first
    assert (await bench.python(slow, "s", timeout_s=0.2)).reason == "took longer than 0.2 s"
    assert (await bench.python(slow)).reason != first.reason


async def test_trusted_checks_run_side_by_side_and_survive_a_cancellation(
    workers: TrustedWorkers,
) -> None:
    bench = Bench(Unsafe(), True, workers)
    source = "import time\ndef good(c, q, d):\n    time.sleep(float(c))\n    return True, c"
    with anyio.move_on_after(0.3):
        await bench.python(source, "60")
    results: list[CheckResult] = []

    async def one(text: str) -> None:
        results.append(await bench.python(source, text))

    async with anyio.create_task_group() as group:
        for text in ("0.3", "0", "0.01", "0.02"):
            group.start_soon(one, text)
    assert sorted(result.reason for result in results) == ["0", "0.01", "0.02", "0.3"]


async def test_many_trusted_checks_a_second(workers: TrustedWorkers) -> None:
    bench = Bench(Unsafe(), True, workers)
    began = time.monotonic()
    for _ in range(200):
        assert await bench.python(GOOD, "cat") == CheckResult(True)
    assert time.monotonic() - began < 5  # it takes about 0.1 s; a process each would take 10


async def test_a_trusted_check_needs_no_owner_for_once() -> None:
    assert await Bench(Unsafe(), True).python(GOOD, "dog") == CheckResult(True)


async def test_a_trusted_check_that_ends_its_process_is_at_fault(workers: TrustedWorkers) -> None:
    bench = Bench(Unsafe(), True, workers)
    with pytest.raises(StepFailed, match="ended its own process"):
        await bench.python("import os\ndef good(c, q, d): os._exit(0)")


async def test_a_trusted_worker_has_no_secrets_in_its_environment(
    workers: TrustedWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    source = "import os\ndef good(c, q, d): return True, str(sorted(os.environ))"
    result = await Bench(Unsafe(), True, workers).python(source)
    assert set(eval(result.reason)) <= {"LC_CTYPE"}
