"""Choose where untrusted checks run on this machine."""

from __future__ import annotations

import anyio

from archon_runtime.errors import SandboxUnavailable
from archon_runtime.sandbox.base import Job, Outcome, Sandbox
from archon_runtime.sandbox.bubblewrap import probe
from archon_runtime.sandbox.unsafe import Unsafe

__all__ = ["choose_sandbox"]

_HELP = (
    "install bubblewrap (`apt-get install bubblewrap`), or pass `--unsafe-checks` to run "
    "checks without walls, or write `trusted: true` if the function never executes the candidate"
)


def choose_sandbox(*, unsafe: bool) -> Sandbox:
    """Choose bubblewrap where it works; else, only if told, no walls at all.

    The choice is made by the first job, so a run without untrusted checks needs neither.
    The first job raises SandboxUnavailable if nothing is left to choose.
    """
    return _Chosen(unsafe)


class _Chosen:
    """Finds the sandbox when it is first needed, once."""

    def __init__(self, unsafe: bool) -> None:
        self._unsafe = unsafe
        self._lock = anyio.Lock()
        self._found: Sandbox | str | None = None

    async def run(self, job: Job) -> Outcome:
        """Run one job in the sandbox that was found."""
        async with self._lock:
            if self._found is None:
                self._found = await self._find()
        if isinstance(self._found, str):
            raise SandboxUnavailable(
                f"untrusted checks need a sandbox, and {self._found}", help=_HELP
            )
        return await self._found.run(job)

    async def _find(self) -> Sandbox | str:
        found = await probe()
        return Unsafe() if self._unsafe and isinstance(found, str) else found
