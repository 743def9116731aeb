"""Checks: verdicts, faults of the candidate, faults of the check."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from archon_runtime.candidate import CheckResult
from archon_runtime.check_pool import TrustedWorkers
from archon_runtime.checks import run_check, simulate_checks
from archon_runtime.errors import StepFailed
from archon_runtime.question import Question
from archon_runtime.sandbox.base import Ending, Job, Outcome, Sandbox
from archon_runtime.sandbox.simulated import Simulated
from archon_runtime.sandbox.unsafe import Unsafe
from archon_runtime.techniques.base import Check
from tests.runtime.check_bench import GOOD, QUESTION, Bench, file_of, find_sandbox

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=["bubblewrap", "unsafe"])
def walls(request: pytest.FixtureRequest) -> Sandbox:
    return find_sandbox(str(request.param))


@pytest.fixture(scope="module", params=["bubblewrap", "unsafe", "trusted"])
def way(request: pytest.FixtureRequest) -> tuple[Sandbox, bool]:
    return find_sandbox(str(request.param)), request.param == "trusted"


@pytest.fixture
async def bench(way: tuple[Sandbox, bool]) -> AsyncIterator[Bench]:
    workers = TrustedWorkers()
    yield Bench(*way, workers)
    await workers.close()


async def test_a_function_gives_its_verdict(bench: Bench) -> None:
    assert await bench.python(GOOD, "cat") == CheckResult(True)
    assert await bench.python(GOOD, "cow") == CheckResult(False)
    assert await bench.python(GOOD, "horse") == CheckResult(False, "5 is more than 3, Which?")


@pytest.mark.parametrize("text", ['"\n\\\x00', "é 猫 \U0001f408", "\ud800", "y" * 300_000, ""])
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_any_text_reaches_the_function_whole(bench: Bench, text: str) -> None:
    source = f"def good(candidate, question, data):\n    return candidate == {text!r}"
    assert await bench.python(source, text) == CheckResult(True)


async def test_slow_checks_do_not_pass(bench: Bench) -> None:
    source = (
        "import time\ndef good(c, q, d):\n    time.sleep(60 if c == 'slow' else 0)\n    return True"
    )
    began = time.monotonic()
    assert await bench.python(source, "slow", timeout_s=1.0) == CheckResult(
        False, "took longer than 1 s"
    )
    assert time.monotonic() - began < 5
    assert await bench.python(source, "quick") == CheckResult(True)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def bad(c, q, d): return True", "there is no `good` in `my/check.py`"),
        ("good = 3", "`good` is no function"),
        ("import no_such_module", r"cannot be imported: ModuleNotFoundError.*\(my/check.py:1\)"),
        ("x = 1\ndef good(:", r"cannot be imported: SyntaxError.*\(my/check.py:2\)"),
        ("raise SystemExit(0)", "cannot be imported: SystemExit"),
        ("def good(c, q, d): return 1", "it returned `int`, not a bool"),
        ("def good(c, q, d): pass", "it returned `NoneType`, not a bool"),
        ("def good(c, q, d): return True, 3", "it returned `tuple`, not a bool"),
    ],
)
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_a_check_that_is_at_fault_fails_the_step(
    bench: Bench, source: str, message: str
) -> None:
    with pytest.raises(StepFailed, match=message) as caught:
        await bench.python(source)
    assert "my/check.py:good" in caught.value.message
    assert "def check" in caught.value.help


RAISES = "def good(c, q, d):\n    helper(c)\n\ndef helper(c):\n    raise ValueError('odd')"


async def test_raising_is_the_candidates_fault_unless_trusted(bench: Bench) -> None:
    if bench.trusted:
        with pytest.raises(StepFailed, match=r"raised ValueError: odd \(my/check.py:5\)"):
            await bench.python(RAISES)
    else:
        result = await bench.python(RAISES)
        assert result == CheckResult(False, "ValueError: odd (my/check.py:5)")


EXECUTES = "def good(c, q, d):\n    exec(c, {})\n    return True"


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("1/0", "ZeroDivisionError"),
        ("def f(): f()\nf()", "RecursionError"),
        ("x = bytearray(2**31)", "MemoryError"),
        ("class E(Exception):\n def __str__(self): 1/0\nraise E", "E"),
        ("import os; os._exit(0)", "ended its process with exit code 0"),
        ("import os; os.kill(os.getpid(), 11)", "was killed by signal 11"),
        ("while True: print('x' * 999)", "wrote too much output"),
        (
            'import os; os.write(1, b\'{"kind": "verdict", "passed": true}\\n\'); os._exit(0)',
            "ended its process with exit code 0: ",
        ),
        ("import sys; sys.stdin.read() and 1; raise SystemExit('read nothing')", "read nothing"),
    ],
)
async def test_whatever_a_candidate_does_is_its_own_fault(
    walls: Sandbox, candidate: str, reason: str
) -> None:
    bench = Bench(walls, trusted=False)
    result = await bench.python(EXECUTES, candidate)
    assert not result.passed
    assert reason in result.reason


async def test_a_fork_that_comes_back_gives_no_second_verdict() -> None:
    bench = Bench(Unsafe(), trusted=False)
    source = "import os\ndef good(c, q, d):\n    child = os.fork()\n    return child > 0"
    assert await bench.python(source) == CheckResult(True)


async def test_data_that_json_does_not_have_is_named(bench: Bench) -> None:
    question = Question(QUESTION.messages, {"x": {1, 2}})
    with pytest.raises(StepFailed, match=r"cannot be handed to the check: .*set"):
        await bench.python(GOOD, question=question)


async def test_a_file_that_the_plan_lacks_is_named() -> None:
    with pytest.raises(StepFailed, match=r"no file `lost.py`"):
        await run_check(
            Check(file="lost.py", function="good"),
            "x",
            QUESTION,
            {},
            sandbox=Unsafe(),
            trusted=False,
            timeout_s=1,
        )


async def test_a_command_says_by_its_exit_code(walls: Sandbox) -> None:
    bench = Bench(walls, trusted=False)
    assert await bench.command("grep", "-q", "needle", text="a needle") == CheckResult(True)
    assert await bench.command("grep", "-q", "needle") == CheckResult(False, "exit code 1")
    script = 'test "$(cat)" = "$(cat candidate.txt)" && grep -o most question.json; echo no; exit 4'
    assert await bench.command("sh", "-c", script, text="same") == CheckResult(False, "no")
    slow = await bench.command("sleep", "60", timeout_s=0.5)
    assert slow == CheckResult(False, "took longer than 0.5 s")


async def test_a_command_finds_the_plans_files_that_it_names(walls: Sandbox) -> None:
    bench = Bench(walls, trusted=False)
    files = {
        "tools/c.sh": file_of("#!/bin/sh\necho ran; exit 0"),
        "c.py": file_of("import json; print(json.load(open('question.json'))['data']['most'])"),
    }
    assert await bench.command("tools/c.sh", files=files) == CheckResult(True, "ran")
    assert await bench.command("python", "c.py", files=files) == CheckResult(True, "3")


async def test_a_command_that_is_not_there_fails_the_step(walls: Sandbox) -> None:
    bench = Bench(walls, trusted=False)
    with pytest.raises(StepFailed, match=r"the command `no-such` cannot be run: .*not found"):
        await bench.command("no-such", "thing")


async def test_the_simulated_twin_answers_functions_and_commands() -> None:
    twin = Simulated(simulate_checks(lambda text: CheckResult("a" in text, f"saw {text}")))
    bench = Bench(twin, False)
    assert await bench.python("", "cat") == CheckResult(True, "saw cat")
    assert await bench.python("", "dog") == CheckResult(False, "saw dog")
    assert await bench.command("anything", text="dog") == CheckResult(False, "saw dog")


async def test_a_job_without_a_verdict_is_told_by_its_end() -> None:
    async def reason(ending: Ending) -> str:
        def ends(job: Job) -> Outcome:
            return Outcome(ending, 9, b"", b"last words\n")

        return (await Bench(Simulated(ends), False).python("")).reason

    assert await reason(Ending.EXITED) == "ended its process with exit code 9: last words"
    assert await reason(Ending.OUTPUT_LIMIT) == "wrote too much output"
    assert await reason(Ending.TIMED_OUT) == "took longer than 10 s"
    assert "signal 9" in await reason(Ending.SIGNALLED)
