"""The seam between checkers and processes: jobs, results, and who runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

__all__ = ["Ending", "Job", "Limits", "Outcome", "Sandbox"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use: wall clock and CPU in seconds, sizes in bytes.

    Memory and CPU are those of each of its processes; output is all that it writes to
    its standard output and error together.
    """

    wall_s: float = 10.0
    cpu_s: int = 10
    memory_bytes: int = 512 * 1024 * 1024
    file_bytes: int = 16 * 1024 * 1024
    output_bytes: int = 64 * 1024
    processes: int = 64


@dataclass(frozen=True, slots=True)
class Job:
    """One process: its arguments, standard input, and the files in its folder.

    The first argument `{python}` stands for the interpreter. `files` maps names
    without folders to bytes; they lie in the working folder, which is temporary.
    """

    argv: tuple[str, ...]
    stdin: bytes = b""
    files: Mapping[str, bytes] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)


class Ending(StrEnum):
    """How a job ended."""

    EXITED = "exited"
    SIGNALLED = "killed by a signal"
    TIMED_OUT = "out of time"
    OUTPUT_LIMIT = "wrote too much"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job did: how it ended, its exit code (or signal), and what it wrote."""

    ending: Ending
    code: int
    stdout: bytes
    stderr: bytes


class Sandbox(Protocol):
    """Runs jobs. Every implementation kills all that a job started before it returns."""

    async def run(self, job: Job) -> Outcome:
        """Run one job to its end.

        Raises:
            SandboxUnavailable: nothing here can run it as promised.
        """
        ...
