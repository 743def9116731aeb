"""Run a checker's check on one text: in a sandbox, or, trusted, in a worker process."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from archon_runtime.candidate import CheckResult
from archon_runtime.check_pool import TrustedWorkers
from archon_runtime.check_protocol import (
    Answer,
    Kind,
    call_line,
    load_line,
    question_json,
    read_answer,
    worker_program,
)
from archon_runtime.errors import StepFailed
from archon_runtime.plan import FileSpec
from archon_runtime.question import Question
from archon_runtime.sandbox.base import Ending, Job, Limits, Outcome, Sandbox
from archon_runtime.techniques.base import Check

__all__ = ["run_check", "simulate_checks"]

_NOT_RUN = (126, 127)
"""What a shell says for a program that cannot be executed, or is not there."""

_REASON_CHARS = 300


async def run_check(
    check: Check,
    text: str,
    question: Question,
    files: Mapping[str, FileSpec],
    *,
    sandbox: Sandbox,
    trusted: bool,
    timeout_s: float,
    workers: TrustedWorkers | None = None,
) -> CheckResult:
    """Check *text*; *files* are those of the plan.

    Time that is used up, a crash and too much output are not passed, with the reason.
    Without *workers*, a trusted check starts a process of its own and ends it.

    Raises:
        StepFailed: the check itself is at fault: its file, function or program is
            missing, it returns something else than a verdict, or, trusted, it raised.
        SandboxUnavailable: it is not trusted, and nothing here can run it safely.
    """
    if check.command:
        if trusted:
            raise StepFailed("a command cannot be trusted", help="leave `trusted` out")
        job = _command_job(check, text, question, files, timeout_s)
        return _command_result(check, await sandbox.run(job), timeout_s)
    file = files.get(check.file)
    if file is None:
        raise StepFailed(f"the plan has no file `{check.file}`", help="compile the plan again")
    if not trusted:
        nonce = secrets.token_hex(16)
        job = _python_job(check, file, text, question, nonce, timeout_s)
        outcome = await sandbox.run(job)
        answer = _last_answer(outcome.stdout, nonce)
        if answer is None:
            return CheckResult(False, _how_it_ended(outcome, timeout_s))
        return _result(check, answer, trusted=False)
    owned = workers or TrustedWorkers(1)
    try:
        answer = await owned.check(check, file, text, question, timeout_s)
    finally:
        if workers is None:
            await owned.close()
    if answer is None:
        return CheckResult(False, f"took longer than {timeout_s:g} s")
    return _result(check, answer, trusted=True)


def _result(check: Check, answer: Answer, *, trusted: bool) -> CheckResult:
    """Turn a worker's answer into a result, or into the failure of a check at fault."""
    name = f"{check.file}:{check.function}"
    if answer.kind is Kind.VERDICT:
        return CheckResult(answer.passed, answer.reason)
    if answer.kind is Kind.RAISED and not trusted:
        # The function may have executed the candidate, so the candidate is to blame.
        return CheckResult(False, answer.reason)
    if answer.kind is Kind.RAISED:
        raise StepFailed(
            f"the check `{name}` raised {answer.reason}",
            help="a check says `False`, and a reason, for a bad candidate; raising is a bug in it",
        )
    raise StepFailed(
        f"the check `{name}` cannot be used: {answer.reason}",
        help="write `def check(candidate: str, question: str, data: dict) -> bool`",
    )


def _python_job(
    check: Check, file: FileSpec, text: str, question: Question, nonce: str, timeout_s: float
) -> Job:
    return Job(
        ("{python}", "-I", "-S", "-X", "utf8", "check_worker.py"),
        stdin=load_line(check, file, nonce) + call_line(text, question),
        files={"check_worker.py": worker_program()},
        limits=_limits(timeout_s),
    )


def _command_job(
    check: Check,
    text: str,
    question: Question,
    files: Mapping[str, FileSpec],
    timeout_s: float,
) -> Job:
    """Make the job of a command: files of the plan that it names lie in its folder."""
    candidate = text.encode("utf-8", "replace")
    given = {"candidate.txt": candidate, "question.json": question_json(question)}
    argv = []
    for argument in check.command:
        name = PurePosixPath(argument).name
        if argument in files:
            given[name] = files[argument].text.encode()
        argv.append(f"./{name}" if argument in files else argument)
    if argv[0] in ("python", "python3"):
        argv[0] = "{python}"
    return Job(tuple(argv), stdin=candidate, files=given, limits=_limits(timeout_s))


def _command_result(check: Check, outcome: Outcome, timeout_s: float) -> CheckResult:
    said = _last_line(outcome.stdout) or _last_line(outcome.stderr)
    if outcome.ending is not Ending.EXITED:
        return CheckResult(False, _how_it_ended(outcome, timeout_s))
    if outcome.code in _NOT_RUN:
        raise StepFailed(
            f"the command `{check.command[0]}` cannot be run: {_last_line(outcome.stderr)}",
            help="name a program of the system, `python`, or a file beside the program",
        )
    passed = outcome.code == 0
    return CheckResult(passed, said or ("" if passed else f"exit code {outcome.code}"))


def _limits(timeout_s: float) -> Limits:
    return Limits(wall_s=timeout_s, cpu_s=math.ceil(timeout_s) + 1)


def _how_it_ended(outcome: Outcome, timeout_s: float) -> str:
    """Say why there is no verdict."""
    match outcome.ending:
        case Ending.TIMED_OUT:
            return f"took longer than {timeout_s:g} s"
        case Ending.OUTPUT_LIMIT:
            return "wrote too much output"
        case Ending.SIGNALLED:
            return f"was killed by signal {outcome.code} (out of memory or CPU time, or a crash)"
        case Ending.EXITED:
            said = _last_line(outcome.stderr)
            return f"ended its process with exit code {outcome.code}" + (said and f": {said}")


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[:_REASON_CHARS] if lines else ""


def _last_answer(stdout: bytes, nonce: str) -> Answer | None:
    """Find the verdict, or what went wrong before it; None if the process ended first."""
    answers = [read_answer(line, nonce) for line in stdout.splitlines()]
    given = [answer for answer in answers if answer is not None]
    return given[-1] if given and given[-1].kind is not Kind.READY else None


def simulate_checks(judge: Callable[[str], CheckResult]) -> Callable[[Job], Outcome]:
    """Make the outcomes of a simulated sandbox from a function that judges candidates."""

    def outcome(job: Job) -> Outcome:
        if "check_worker.py" not in job.files:
            result = judge(job.files["candidate.txt"].decode())
            return Outcome(Ending.EXITED, int(not result.passed), result.reason.encode(), b"")
        load, call = (json.loads(line) for line in job.stdin.splitlines())
        result = judge(call["candidate"])
        answer = {"kind": "verdict", "passed": result.passed, "reason": result.reason}
        reply = f"{load['nonce']} {json.dumps(answer)}\n".encode()
        return Outcome(Ending.EXITED, 0, reply, b"")

    return outcome
