"""Run jobs as plain processes, with limits but without walls: `--unsafe-checks`."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from anyio.abc import Process

from archon_runtime.sandbox.base import Job, Outcome
from archon_runtime.sandbox.process import launcher, run_process, with_interpreter

__all__ = ["Unsafe"]


class Unsafe:
    """Runs each job in a temporary folder, as the user, who can lose anything by it.

    Its process group is killed at the end; a process that left the group lives on.
    """

    async def run(self, job: Job) -> Outcome:
        """Run one job to its end."""
        folder = _make_folder(job.files)
        try:
            argv = launcher(with_interpreter(job.argv), job.limits, processes=False)
            return await run_process(argv, job, cwd=folder, kill=_kill_group)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _make_folder(files: Mapping[str, bytes]) -> str:
    folder = tempfile.mkdtemp(prefix="archon-check-")
    for name, content in files.items():
        path = Path(folder) / name
        path.write_bytes(content)
        path.chmod(0o755)
    return folder


def _kill_group(process: Process) -> None:
    """Kill the group that the process leads; it exists as long as one of it lives."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
