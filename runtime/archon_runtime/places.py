"""The places of a stream, and the jobs that work to fill them."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel

from archon_runtime.candidate import Candidate

__all__ = ["CURRENT_JOB", "Job", "Place"]


@dataclass(slots=True, eq=False)
class Job:
    """One of the jobs that a step runs side by side; `waits` are places it waits for.

    `tied`: it fills the place of its own number, and no other.
    """

    scope: anyio.CancelScope
    tied: bool
    waits: set[int] = field(default_factory=set)


CURRENT_JOB: ContextVar[Job | None] = ContextVar("CURRENT_JOB", default=None)
"""The job that runs: whose work is wasted if its place turns out to be unneeded."""


@dataclass(slots=True)
class Place:
    """A place; what wakes those who wait for it is made when somebody waits."""

    candidate: Candidate | None = None
    is_decided: bool = False
    waited_for: anyio.Event | None = None

    def decide(self, candidate: Candidate | None) -> None:
        """Fill the place, or leave it empty for good."""
        self.candidate, self.is_decided = candidate, True
        if self.waited_for is not None:
            self.waited_for.set()

    async def wait(self) -> None:
        """Wait until the place is decided."""
        if self.is_decided:
            await anyio.lowlevel.checkpoint()
            return
        if self.waited_for is None:
            self.waited_for = anyio.Event()
        await self.waited_for.wait()
