"""Warm worker processes for checks that are trusted: they never execute a candidate.

A worker is started once per function and reused, so that a check takes well under a
millisecond; as many run side by side as there are cores. One that is too slow or whose
check was cancelled is killed, and the next check starts another.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from contextlib import suppress

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from archon_runtime.check_protocol import (
    Answer,
    Kind,
    call_line,
    load_line,
    read_answer,
    worker_program,
)
from archon_runtime.errors import StepFailed
from archon_runtime.plan import FileSpec
from archon_runtime.question import Question
from archon_runtime.techniques.base import Check

__all__ = ["TrustedWorkers"]

_LOAD_S = 30.0
"""How long importing a check's file may take."""

_GONE_S = 5.0
_LINE_BYTES = 64 * 1024


class TrustedWorkers:
    """The owner of the workers; whoever makes it closes it."""

    def __init__(self, side_by_side: int | None = None) -> None:
        self._limit = side_by_side or os.cpu_count() or 1
        self._pools: dict[tuple[str, str], _Pool] = {}

    async def check(
        self, check: Check, file: FileSpec, text: str, question: Question, timeout_s: float
    ) -> Answer | None:
        """Check one text; None if it took longer than *timeout_s*.

        Waiting for a free worker and starting one are not counted in.

        Raises:
            StepFailed: the worker ended itself, or the file takes too long to import.
        """
        request = call_line(text, question)
        key = (file.sha256, f"{check.file}:{check.function}")
        pool = self._pools.setdefault(key, _Pool(anyio.CapacityLimiter(self._limit), []))
        async with pool.places:
            worker = pool.idle.pop() if pool.idle else await _start(check, file)
            if isinstance(worker, Answer):
                return worker
            answer: Answer | None = None
            try:
                with anyio.move_on_after(timeout_s):
                    answer = await worker.ask(request)
            finally:
                if answer is None:
                    await worker.kill()
            if answer is not None:
                pool.idle.append(worker)
            return answer

    async def close(self) -> None:
        """End all workers."""
        for pool in self._pools.values():
            while pool.idle:
                await pool.idle.pop().kill()


class _Pool:
    """The idle workers of one function, and how many may be at work."""

    def __init__(self, places: anyio.CapacityLimiter, idle: list[_Worker]) -> None:
        self.places = places
        self.idle = idle


class _Worker:
    """One worker process, ready to check."""

    def __init__(self, process: Process, name: str, nonce: str) -> None:
        assert process.stdout is not None
        self._process = process
        self._name = name
        self._nonce = nonce
        self._replies = BufferedByteReceiveStream(process.stdout)

    async def ask(self, request: bytes) -> Answer:
        """Send one request and read its answer."""
        assert self._process.stdin is not None
        try:
            await self._process.stdin.send(request)
            line = await self._replies.receive_until(b"\n", _LINE_BYTES)
        except (
            anyio.BrokenResourceError,
            anyio.EndOfStream,
            anyio.IncompleteRead,
            anyio.DelimiterNotFound,
        ) as problem:
            raise StepFailed(
                f"the check `{self._name}` ended its own process",
                help="a check returns its verdict; it must not exit",
            ) from problem
        answer = read_answer(line, self._nonce)
        if answer is None:
            raise StepFailed(f"the worker of the check `{self._name}` answered out of turn")
        return answer

    async def kill(self) -> None:
        """End the process and its group, also while being cancelled."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with anyio.move_on_after(_GONE_S, shield=True):
            await self._process.aclose()


async def _start(check: Check, file: FileSpec) -> _Worker | Answer:
    """Start a worker and let it load the function; an answer says why it cannot."""
    name = f"{check.file}:{check.function}"
    nonce = secrets.token_hex(16)
    process = await anyio.open_process(
        [sys.executable, "-I", "-X", "utf8", "-c", worker_program().decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        start_new_session=True,
    )
    worker = _Worker(process, name, nonce)
    answer: Answer | None = None
    try:
        with anyio.move_on_after(_LOAD_S):
            answer = await worker.ask(load_line(check, file, nonce))
    finally:
        if answer is None or answer.kind is not Kind.READY:
            await worker.kill()
    if answer is None:
        raise StepFailed(f"importing `{check.file}` took longer than {_LOAD_S:g} s")
    return worker if answer.kind is Kind.READY else answer
