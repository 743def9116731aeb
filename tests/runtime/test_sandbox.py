"""Sandboxes: what a job can reach, and that its limits hold. Real processes."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from archon_runtime.errors import SandboxUnavailable
from archon_runtime.sandbox.base import Ending, Job, Limits, Outcome, Sandbox
from archon_runtime.sandbox.bubblewrap import Bubblewrap, probe
from archon_runtime.sandbox.choose import choose_sandbox
from archon_runtime.sandbox.simulated import Simulated
from tests.runtime.check_bench import find_bubblewrap, find_sandbox

pytestmark = pytest.mark.anyio
SHORT = Limits(wall_s=0.5)


@pytest.fixture(scope="module")
def bubblewrap() -> Bubblewrap:
    return find_bubblewrap()


@pytest.fixture(scope="module", params=["bubblewrap", "unsafe"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return find_sandbox(str(request.param))


def python(code: str, *, limits: Limits | None = None, stdin: bytes = b"") -> Job:
    return Job(("{python}", "-I", "-S", "-c", code), stdin=stdin, limits=limits or Limits())


async def test_a_job_gets_its_input_files_and_arguments(sandbox: Sandbox) -> None:
    job = Job(
        ("sh", "-c", 'cat - data.txt; ./run.sh; echo "$1" >&2', "sh", "arg"),
        stdin=b"in ",
        files={"data.txt": b"file ", "run.sh": b"#!/bin/sh\necho ran\nexit 3\n"},
    )
    outcome = await sandbox.run(job)
    assert outcome == Outcome(Ending.EXITED, 0, b"in file ran\n", b"arg\n")


async def test_exit_codes_and_signals_are_told(sandbox: Sandbox) -> None:
    assert (await sandbox.run(python("raise SystemExit(7)"))).code == 7
    killed = await sandbox.run(python("import os; os.kill(os.getpid(), 9)"))
    assert (killed.ending, killed.code) == (Ending.SIGNALLED, 9)
    assert (await sandbox.run(Job(("no-such-program",)))).code == 127


async def test_a_job_that_does_not_read_its_input_is_no_problem(sandbox: Sandbox) -> None:
    outcome = await sandbox.run(python("print(1)", stdin=b"x" * 1_000_000))
    assert (outcome.ending, outcome.stdout) == (Ending.EXITED, b"1\n")


async def test_the_environment_is_empty(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    outcome = await sandbox.run(python("import os; print(sorted(os.environ))"))
    left = eval(outcome.stdout)
    assert set(left) <= {"PWD", "OLDPWD", "LC_CTYPE", "SHLVL", "_"}


async def test_time_is_limited_whatever_is_ignored(sandbox: Sandbox) -> None:
    code = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint(1, flush=True)\n"
    began = time.monotonic()
    outcome = await sandbox.run(python(f"{code}time.sleep(60)", limits=SHORT))
    assert outcome.ending is Ending.TIMED_OUT
    assert outcome.stdout == b"1\n"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_cpu_time_is_limited(sandbox: Sandbox) -> None:
    limits = Limits(wall_s=20, cpu_s=1)
    outcome = await sandbox.run(python("while True: pass", limits=limits))
    assert outcome.ending is Ending.SIGNALLED


async def test_memory_is_limited(sandbox: Sandbox) -> None:
    outcome = await sandbox.run(python("x = bytearray(2**30)"))
    assert outcome.code == 1
    assert b"MemoryError" in outcome.stderr


async def test_files_are_limited(sandbox: Sandbox) -> None:
    limits = Limits(file_bytes=65_536)
    outcome = await sandbox.run(python("open('f', 'wb').write(bytes(10**6))", limits=limits))
    assert (outcome.ending, outcome.code) != (Ending.EXITED, 0)


@pytest.mark.parametrize("descriptor", [1, 2])
async def test_output_is_cut_while_it_is_read(sandbox: Sandbox, descriptor: int) -> None:
    code = f"import os\nwhile True: os.write({descriptor}, b'x' * 4096)"
    outcome = await sandbox.run(python(code, limits=Limits(output_bytes=10_000)))
    assert outcome.ending is Ending.OUTPUT_LIMIT
    assert len(outcome.stdout + outcome.stderr) == 10_000


@pytest.fixture
def mark() -> Iterator[str]:
    """Give a text for a process's arguments, and see that none with it is left."""
    text = f"left-behind-{os.getpid()}-{time.monotonic_ns()}"
    yield text
    deadline = time.monotonic() + 2
    while left := [each for each in Path("/proc").glob("[0-9]*/cmdline") if has(each, text)]:
        assert time.monotonic() < deadline, left


def has(command_line: Path, text: str) -> bool:
    try:
        return text.encode() in command_line.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("ends", [True, False])
async def test_children_die_with_the_job(sandbox: Sandbox, mark: str, ends: bool) -> None:
    rest = "" if ends else "time.sleep(60)"
    code = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', '{mark}'])\n"
        f"{rest}"
    )
    outcome = await sandbox.run(python(code, limits=SHORT))
    assert outcome.ending is (Ending.EXITED if ends else Ending.TIMED_OUT)


async def test_a_cancelled_job_is_gone(sandbox: Sandbox, mark: str) -> None:
    with anyio.move_on_after(0.2) as scope:
        await sandbox.run(python(f"import time; time.sleep(60) # {mark}"))
    assert scope.cancelled_caught


async def test_a_session_of_its_own_saves_no_child(bubblewrap: Bubblewrap, mark: str) -> None:
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', "
        f"'{mark}'], start_new_session=True)"
    )
    assert (await bubblewrap.run(python(code))).ending is Ending.EXITED


async def test_nothing_of_the_user_is_there(bubblewrap: Bubblewrap, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    paths = [str(secret), "/etc/passwd", "/etc/hostname", __file__, "/proc/1/environ", "/sys"]
    home = str(await anyio.Path.home())
    code = (
        f"import os\nprint([p for p in {paths!r} if os.path.exists(p)])\n"
        f"print([p for p in os.listdir({home!r}) if not p.startswith('.')]"
        f" if os.path.exists({home!r}) else [])"
    )
    outcome = await bubblewrap.run(python(code))
    assert outcome.stdout == b"[]\n[]\n", outcome


async def test_there_is_no_network(bubblewrap: Bubblewrap) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        outcome = await bubblewrap.run(python(code))
    assert b"ConnectionRefusedError" in outcome.stderr or b"unreachable" in outcome.stderr


async def test_only_the_working_folder_can_be_written(bubblewrap: Bubblewrap) -> None:
    code = (
        "import os, sys\nopen('here', 'w').write('x')\n"
        "for folder in ['/usr/lib', sys.prefix, '/usr/bin']:\n"
        "    try:\n        open(folder + '/there', 'w')\n        print(folder)\n"
        "    except OSError: pass\n"
    )
    outcome = await bubblewrap.run(python(code))
    assert (outcome.code, outcome.stdout) == (0, b"")


async def test_third_party_packages_are_not_there(bubblewrap: Bubblewrap) -> None:
    outcome = await bubblewrap.run(Job(("{python}", "-c", "import anyio")))
    assert b"ModuleNotFoundError" in outcome.stderr


async def test_a_bubblewrap_that_cannot_set_up_is_told(tmp_path: Path) -> None:
    make_program(tmp_path, "echo 'bwrap: no permission' >&2; exit 1")
    with pytest.raises(SandboxUnavailable, match="could not set up the sandbox: bwrap: no perm"):
        await Bubblewrap(str(tmp_path / "bwrap")).run(Job(("true",)))


def make_program(folder: Path, script: str) -> None:
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


async def test_a_bubblewrap_that_does_not_work_here_is_not_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_program(tmp_path, "echo 'bwrap: no user namespaces' >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match="bwrap: no user namespaces"):
        await choose_sandbox(unsafe=False).run(Job(("true",)))


async def test_a_bubblewrap_that_knows_no_sizes_will_do(
    bubblewrap: Bubblewrap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = 'case "$*" in *--size*) echo "bwrap: Unknown option --size" >&2; exit 1;; esac'
    make_program(tmp_path, f'{refuse}\nexec {bubblewrap.program} "$@"')
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await probe() == Bubblewrap(str(tmp_path / "bwrap"), sized=False)


@pytest.fixture
def without_bubblewrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("without_bubblewrap")
async def test_without_bubblewrap_the_first_job_is_refused_with_ways_out() -> None:
    sandbox = choose_sandbox(unsafe=False)
    with pytest.raises(SandboxUnavailable, match="`bwrap` is not installed") as caught:
        await sandbox.run(Job(("true",)))
    for way in ("apt-get install bubblewrap", "--unsafe-checks", "trusted: true"):
        assert way in caught.value.help


@pytest.mark.usefixtures("without_bubblewrap")
async def test_without_bubblewrap_jobs_run_if_told_to() -> None:
    outcome = await choose_sandbox(unsafe=True).run(python("print(1)"))
    assert outcome.stdout == b"1\n"


@pytest.mark.usefixtures("bubblewrap")
async def test_bubblewrap_is_chosen_where_it_works_also_if_unsafe_is_allowed() -> None:
    outcome = await choose_sandbox(unsafe=True).run(python("import os; print(os.getcwd())"))
    assert outcome.stdout == b"/work\n"


@pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)
async def test_the_simulated_twin_takes_virtual_time() -> None:
    done = Outcome(Ending.EXITED, 0, b"", b"")
    sandbox = Simulated(lambda job: done, lambda job: 3600.0)
    assert await sandbox.run(Job((), limits=Limits(wall_s=7200))) == done
    assert anyio.current_time() == pytest.approx(3600, abs=1)
    late = await sandbox.run(Job((), limits=Limits(wall_s=5)))
    assert late.ending is Ending.TIMED_OUT
    assert anyio.current_time() == pytest.approx(3605, abs=1)
