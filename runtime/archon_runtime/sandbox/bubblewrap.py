"""Run jobs in bubblewrap: an empty file system, no network, no environment, no powers.

Inside are, read only, the interpreter's installation without its third-party packages,
the system's programs and libraries, and the job's files in a small temporary folder.
Nothing of the user, of `/etc` or of the project is there. All processes of a job live in
a process namespace of their own, which the kernel ends as a whole.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from anyio.abc import Process

from archon_runtime.errors import SandboxUnavailable
from archon_runtime.sandbox.base import Ending, Job, Outcome
from archon_runtime.sandbox.process import interpreter, launcher, run_process, with_interpreter

__all__ = ["Bubblewrap", "probe"]

_FOLDER = "/work"
_SYSTEM = ("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec")
_ROOT = ("/bin", "/lib", "/lib32", "/lib64")
_NAMESPACED_LIMITS = (5, 14)
"""Since this version, Linux counts processes per user namespace."""


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Runs each job in a bubblewrap of its own. *program* is the path of `bwrap`.

    `sized`: this version can limit the size of the temporary folder.
    """

    program: str
    sized: bool = True

    async def run(self, job: Job) -> Outcome:
        """Run one job to its end.

        Raises:
            SandboxUnavailable: bubblewrap could not set the sandbox up.
        """
        with _files_as_descriptors(job.files) as files, _status_pipe() as (status, status_out):
            argv = [self.program, *_isolation(), *_file_system(), "--dev", "/dev"]
            if self.sized:
                argv += ["--size", str(job.limits.file_bytes * 2)]
            argv += ["--tmpfs", _FOLDER, "--chdir", _FOLDER, "--json-status-fd", str(status_out)]
            for name, descriptor in files.items():
                argv += ["--perms", "0755", "--file", str(descriptor), f"{_FOLDER}/{name}"]
            command = with_interpreter(job.argv)
            argv += ["--", *launcher(command, job.limits, processes=_counts_per_namespace())]
            outcome = await run_process(
                argv, job, pass_fds=(status_out, *files.values()), kill=_kill
            )
            return _read_status(outcome, _read_waiting(status))


def _read_status(outcome: Outcome, status: bytes) -> Outcome:
    """Tell the end of the job from a failure of bubblewrap itself.

    A signal that ended the job shows as 128 and its number, as in a shell.
    """
    if outcome.ending is not Ending.EXITED:
        return outcome
    reports = [json.loads(line) for line in status.splitlines() if line.strip()]
    if not any("exit-code" in report for report in reports):
        said = outcome.stderr.decode(errors="replace").strip()
        raise SandboxUnavailable(f"bubblewrap could not set up the sandbox: {said[-300:]}")
    if 128 < outcome.code <= 128 + 64:
        return replace(outcome, ending=Ending.SIGNALLED, code=outcome.code - 128)
    return outcome


def _read_waiting(status: int) -> bytes:
    """Read what bubblewrap reported; it is all there, because it has ended."""
    try:
        return os.read(status, 65_536)
    except BlockingIOError:
        return b""


def _kill(process: Process) -> None:
    """Kill bubblewrap; `--die-with-parent` ends the namespace's first process, and so all."""
    if process.returncode is None:
        process.kill()


async def probe() -> Bubblewrap | str:
    """Find a bubblewrap that really works here, or tell why there is none."""
    program = shutil.which("bwrap")
    if program is None:
        return "`bwrap` is not installed"
    reason = ""
    for sized in (True, False):
        sandbox = Bubblewrap(program, sized)
        try:
            outcome = await sandbox.run(Job(("{python}", "-I", "-S", "-c", "print(6 * 7)")))
        except (SandboxUnavailable, OSError) as problem:
            reason = reason or str(problem)
            continue
        if outcome.code == 0 and outcome.stdout.strip() == b"42":
            return sandbox
        said = outcome.stderr.decode(errors="replace").strip()
        reason = reason or f"the interpreter does not start in bubblewrap: {said[-300:]}"
    return reason


def _isolation() -> list[str]:
    return [
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--clearenv",
    ]


def _file_system() -> list[str]:
    """Bind the system's programs and libraries and the interpreter, all read only."""
    argv: list[str] = []
    for path in _SYSTEM:
        argv += ["--ro-bind-try", path, path]
    for path in _ROOT:
        # On most systems these are links into /usr; a real folder is bound.
        if os.path.islink(path):
            argv += ["--symlink", os.readlink(path), path]
        else:
            argv += ["--ro-bind-try", path, path]
    for path in ("/etc/ld.so.cache", "/etc/alternatives"):
        argv += ["--ro-bind-try", path, path]
    prefix = os.path.realpath(sys.base_prefix)
    if prefix not in ("/", "/usr"):
        argv += ["--ro-bind", prefix, prefix]
    for packages in _package_folders():
        argv += ["--tmpfs", packages]
    program = interpreter()
    if not program.startswith((f"{prefix}/", "/usr/bin/")):
        argv += ["--ro-bind", program, program]
    return argv


def _package_folders() -> list[str]:
    """Folders of third-party packages inside the interpreter's installation."""
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    paths = {sysconfig.get_path(name, "posix_prefix", base) for name in ("purelib", "platlib")}
    prefix = os.path.realpath(sys.base_prefix)
    if prefix in ("/", "/usr"):
        paths = {path for path in paths if path.startswith("/usr/lib")}
    return sorted(os.path.realpath(path) for path in paths if os.path.isdir(path))


def _counts_per_namespace() -> bool:
    version = tuple(int(part) for part in platform.release().split(".")[:2] if part.isdecimal())
    return version >= _NAMESPACED_LIMITS


@contextmanager
def _files_as_descriptors(files: Mapping[str, bytes]) -> Iterator[dict[str, int]]:
    """Hold the files in memory, as descriptors that bubblewrap copies from."""
    opened: dict[str, int] = {}
    try:
        for name, content in files.items():
            descriptor = opened[name] = os.memfd_create(Path(name).name)
            with open(descriptor, "wb", closefd=False) as file:
                file.write(content)
            os.lseek(descriptor, 0, os.SEEK_SET)
        yield opened
    finally:
        for descriptor in opened.values():
            os.close(descriptor)


@contextmanager
def _status_pipe() -> Iterator[tuple[int, int]]:
    """Make the pipe on which bubblewrap says how the job ended; reading never waits."""
    status, status_out = os.pipe()
    os.set_blocking(status, False)
    try:
        yield status, status_out
    finally:
        os.close(status)
        os.close(status_out)
