"""Run one process within limits: what bubblewrap and the unsafe sandbox share.

CPU, memory and file size are set by a shell in front of the program, which costs a
millisecond (there is no hook between fork and exec that is safe beside threads); wall
clock and output are watched from here. Output is cut while it is read.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import anyio
from anyio.abc import ByteReceiveStream, Process

from archon_runtime.sandbox.base import Ending, Job, Limits, Outcome

__all__ = ["interpreter", "launcher", "run_process", "with_interpreter"]

_DRAIN_S = 1.0
_GONE_S = 5.0
"""How long a killed process may take to be gone, at most."""


def launcher(argv: Sequence[str], limits: Limits, *, processes: bool) -> tuple[str, ...]:
    """Write the command that sets the limits and becomes *argv*.

    `processes`: also limit their number. That is right only in a user namespace of a
    kernel that counts per namespace; elsewhere it counts all of the user's processes.
    """
    limit = [
        "ulimit -c 0",
        f"ulimit -t {limits.cpu_s}",
        f"ulimit -v {limits.memory_bytes // 1024}",
        f"ulimit -f {limits.file_bytes // 512}",  # POSIX counts blocks of 512 bytes
    ]
    if processes:
        count = limits.processes
        limit.append(f"{{ ulimit -u {count} || ulimit -p {count}; }} 2>/dev/null")
    return ("/bin/sh", "-c", "; ".join([*limit, 'exec "$@"']), "sh", *argv)


def interpreter() -> str:
    """Real path of the interpreter: a virtual environment's is a link to it."""
    return os.path.realpath(sys.executable)


def with_interpreter(argv: Sequence[str]) -> tuple[str, ...]:
    """Put the interpreter where a job's arguments begin with `{python}`."""
    return (interpreter() if argv[0] == "{python}" else argv[0], *argv[1:])


@dataclass(slots=True)
class _Output:
    """What was read so far, and whether it was too much."""

    limit: int
    kill: Callable[[], None]
    parts: dict[int, bytearray] = field(default_factory=lambda: {1: bytearray(), 2: bytearray()})
    too_much: bool = False

    async def read(self, number: int, stream: ByteReceiveStream) -> None:
        """Read one stream to its end; past the limit, kill and throw away."""
        while True:
            try:
                chunk = await stream.receive()
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                return
            left = self.limit - sum(len(part) for part in self.parts.values())
            self.parts[number] += chunk[:left]
            if len(chunk) > left:
                self.too_much = True
                self.kill()


async def run_process(
    argv: Sequence[str],
    job: Job,
    *,
    cwd: str | None = None,
    pass_fds: Sequence[int] = (),
    kill: Callable[[Process], None],
) -> Outcome:
    """Run *argv* with an empty environment, feed and read it, and end it at its limits.

    *kill* ends the process with all that it started; it is called in every case, so
    that nothing outlives the job. A signal's number is the code of `SIGNALLED`.
    """
    process = await anyio.open_process(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env={},
        pass_fds=pass_fds,
        start_new_session=True,
    )
    output = _Output(job.limits.output_bytes, lambda: kill(process))
    try:
        with anyio.move_on_after(job.limits.wall_s) as watch:
            await _attend(process, job.stdin, output)
    finally:
        kill(process)
        with anyio.move_on_after(_GONE_S, shield=True):
            await process.aclose()
    code = process.returncode if process.returncode is not None else 0
    if watch.cancelled_caught:
        ending = Ending.TIMED_OUT
    elif output.too_much:
        ending = Ending.OUTPUT_LIMIT
    else:
        ending = Ending.SIGNALLED if code < 0 else Ending.EXITED
    return Outcome(ending, abs(code), bytes(output.parts[1]), bytes(output.parts[2]))


async def _attend(process: Process, stdin: bytes, output: _Output) -> None:
    """Feed the process, read what it writes, and wait for its end."""

    async def feed() -> None:
        assert process.stdin is not None
        try:
            if stdin:
                await process.stdin.send(stdin)
            await process.stdin.aclose()
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return  # it does not read its input, which is its own affair

    assert process.stdout is not None
    assert process.stderr is not None
    async with anyio.create_task_group() as group:
        group.start_soon(feed)
        group.start_soon(output.read, 1, process.stdout)
        group.start_soon(output.read, 2, process.stderr)
        await process.wait()
        # What it left running may hold the pipes open: end that, and read to the end.
        # Without walls a process can escape, and must not keep us waiting.
        output.kill()
        group.cancel_scope.deadline = anyio.current_time() + _DRAIN_S
