"""A journal that breaks under a run: locked, read-only, full. No answer is ever lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archon_runtime import Plan, Runtime
from archon_runtime.chat import ChatRequest
from archon_runtime.errors import JournalFailed
from archon_runtime.event import Noted
from archon_runtime.journal import Journal
from archon_runtime.plan import BudgetSpec, OnExhausted
from archon_runtime.usage import Usage
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

ROOT = Path(__file__).resolve().parents[2]


def panel(on_exhausted: OnExhausted = OnExhausted.DEGRADE) -> Plan:
    layers = {"draft": [Step("generator", options={"samples": 3})], "fuse": [Step("fuser")]}
    return make_plan(layers, budget=BudgetSpec(calls=20, on_exhausted=on_exhausted))


class Locker:
    """Locks a journal when a request of *purpose* comes: another program that holds the file."""

    def __init__(self, path: Path, purpose: str) -> None:
        self.purpose = purpose
        self.used = False
        self.holder = sqlite3.connect(path, isolation_level=None)

    def script(self, request: ChatRequest) -> Said:
        if request.purpose == self.purpose and not self.used:
            self.used = True
            self.holder.execute("BEGIN IMMEDIATE")
        return Said(f"{request.purpose} {request.sample}")

    def unlock(self) -> None:
        if self.holder.in_transaction:
            self.holder.execute("ROLLBACK")


@pytest.fixture
def locks(tmp_path: Path) -> Iterator[Callable[[str], tuple[Runtime, Scripted, Locker]]]:
    lockers = []

    def make(purpose: str) -> tuple[Runtime, Scripted, Locker]:
        journal = Journal.open(tmp_path / "j")
        journal._connection.execute("PRAGMA busy_timeout = 10")
        lockers.append(Locker(tmp_path / "j", purpose))
        lab = Scripted(lockers[0].script, concurrency=1)
        runtime = Runtime(journal=tmp_path / "j", providers={"lab": lab})
        runtime._journal = journal
        return runtime, lab, lockers[0]

    yield make
    lockers[0].holder.close()


Locks = Callable[[str], tuple[Runtime, Scripted, Locker]]


@pytest.mark.anyio
async def test_journal_that_fails_at_the_last_reply_costs_no_answer(
    locks: Locks, tmp_path: Path
) -> None:
    runtime, _, locker = locks("fuser")
    async with runtime:
        result = await runtime.run(panel(), "why?")
        assert result.answer == "fuser 0"
        assert result.degraded == ()
        (warning,) = result.warnings
        assert "the end of this run is not in the journal: " in warning
        assert "database is locked" in warning
        assert str(tmp_path / "j") in warning
        locker.unlock()
        again = await runtime.run(resume=result.run_id)
    # What could not be written counts at its reservation, and was asked once more.
    assert (again.answer, again.unknown_calls, again.usage.calls) == ("fuser 0", 1, 5)


@pytest.mark.anyio
async def test_journal_that_fails_in_the_middle_gives_the_best_so_far(locks: Locks) -> None:
    runtime, lab, locker = locks("generator")
    async with runtime:
        result = await runtime.run(panel(), "why?")
        assert result.answer == "generator 0"
        assert "database is locked" in " ".join(result.degraded)
        assert len(lab.requests) == 1  # nothing more was paid for
        assert result.usage.calls == 1
        locker.unlock()
        again = await runtime.run(resume=result.run_id)
    assert (again.answer, again.degraded) == ("fuser 0", ())


@pytest.mark.anyio
async def test_journal_that_fails_is_raised_where_the_budget_says_fail(locks: Locks) -> None:
    runtime, lab, _ = locks("generator")
    async with runtime:
        with pytest.raises(JournalFailed, match="database is locked") as caught:
            await runtime.run(panel(OnExhausted.FAIL), "why?")
    assert caught.value.usage == Usage(1, 10, 5)
    assert caught.value.run_id
    assert "another program holds the file" in caught.value.help
    assert len(lab.requests) == 1


@pytest.mark.anyio
async def test_cache_that_cannot_be_read_costs_no_answer(tmp_path: Path) -> None:
    lab = Scripted(lambda request: Said(f"{request.purpose} {request.sample}"))
    async with Runtime(journal=tmp_path / "j", providers={"lab": lab}, cache=True) as runtime:
        await runtime.run(panel(), "why?")
        connection = sqlite3.connect(tmp_path / "j")
        connection.execute("UPDATE calls SET cache_key = NULL WHERE path LIKE 'draft%'")
        connection.execute("UPDATE calls SET reply = '[]' WHERE path LIKE 'fuse%'")
        connection.commit()
        connection.close()
        result = await runtime.run(panel(), "why?")
    assert result.answer == "generator 0"
    assert "holds something that cannot be read" in " ".join(result.degraded)
    assert len(lab.requests) == 7


@pytest.mark.anyio
async def test_journal_that_is_free_again_gets_what_it_missed(locks: Locks) -> None:
    runtime, lab, locker = locks("generator")
    runtime._on_event = lambda event: locker.unlock() if isinstance(event, Noted) else None
    async with runtime:
        result = await runtime.run(panel(), "why?")
        assert (result.answer, result.warnings) == ("generator 0", ())
        runtime._on_event = None
        again = await runtime.run(resume=result.run_id)
    assert [request.sample for request in lab.requests] == [0, 1, 2, 0]
    assert (again.unknown_calls, again.usage.calls) == (0, 4)


PROGRAM = """\
archon 1
provider sim = simulated(seed: 3)
model m = sim("m", max_tokens: 400)
architecture panel {
  budget { calls: 40 }
  layer draft = generator(m, samples: 8)
  layer fuser(m)
}
"""
LIMITED = """\
import resource, sys
from archonc.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(sys.argv[2:]))
"""


def run_with_full_disk(folder: Path, kilobytes: int) -> str:
    """Run the command where no file grows beyond *kilobytes*; tell in a word how it ended."""
    folder.mkdir()
    (folder / "p.archon").write_text(PROGRAM, encoding="utf-8")
    words = ["run", "p.archon", "Why is the sky blue?", "--journal", "j.sqlite"]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(kilobytes * 1000), *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'runtime'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1)
    if done.returncode == 0:
        assert done.stdout.strip()
        return "degraded" if "disk" in done.stderr else "whole"
    assert "error[R0103]: the journal cannot be used: " in done.stderr
    assert "help: check that" in done.stderr
    assert "spent so far: 0 calls" in done.stderr or "spent" not in done.stderr
    return "error"


@pytest.mark.slow
def test_full_disk_at_any_moment_is_readable_and_costs_no_answer(tmp_path: Path) -> None:
    ends = [run_with_full_disk(tmp_path / str(size), size) for size in range(8, 136, 8)]
    assert ends[0] == "error"
    assert "degraded" in ends
    assert ends[-1] == "whole"


def test_read_only_journal_is_a_typed_error() -> None:
    """As a user that may not write: root may write everywhere, and becomes another one."""
    folder = Path(tempfile.mkdtemp())
    path = folder / "journal.sqlite"
    try:
        Journal.open(path).close()
        path.chmod(0o444)
        folder.chmod(0o555)
        pid = os.fork()
        if pid == 0:
            os._exit(_try_as_another(path))
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)


def _try_as_another(path: Path) -> int:
    """Open the journal in a forked process; 0 if it fails as it should."""
    try:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        Journal.open(path)
    except JournalFailed as error:
        return 0 if "Permission denied" in error.message and error.help else 2
    except BaseException:  # a forked test must end here
        return 3
    return 1
