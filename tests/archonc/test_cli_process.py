"""The command as a process against a real server: bad servers, Ctrl-C, no compiler."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest

from archonc.cli.main import main
from tests.runtime.loopback import CANARY, loopback, refused_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True),
]

PROGRAM = """\
archon 1
provider lab = openai_compatible(base_url: "{url}", key: env("LAB_KEY"), timeout: {timeout})
model m = lab("m", max_tokens: 20)
architecture best {{
  budget {{ calls: 20 }}
  layer generator(m, samples: 2)
  answer: first
}}
"""

BLOCKED = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in {'archonc', 'lark'}:
            raise ImportError(f'{name} is blocked')

sys.meta_path.insert(0, Blocked())
from archon_runtime import Plan, run_sync
print(run_sync(Plan.load(sys.argv[1]), 'What is two and two?').answer)
"""


def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "LAB_KEY": CANARY, "ARCHON_JOURNAL": str(tmp_path / "journal.sqlite")}


def write(tmp_path: Path, url: str, timeout: str = "1s") -> str:
    path = tmp_path / "best.archon"
    path.write_text(PROGRAM.format(url=url, timeout=timeout), encoding="utf-8")
    return str(path)


async def run(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "archonc", "run", *words]
    return await anyio.run_process(command, env=environment(tmp_path), check=False)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ("stall", "R0135"),
        ("stall-in-body", "R0135"),
        ("cut", "R0134"),
        ("html", "R0136"),
        ("no-choices", "R0136"),
        ("status-401", "R0138"),
        ("status-500", "R0134"),
    ],
)
async def test_bad_server_is_a_readable_failure(tmp_path: Path, behaviour: str, code: str) -> None:
    async with loopback() as server:
        done = await run(tmp_path, write(tmp_path, server.url(behaviour)), "Hello?")
    err = done.stderr.decode()
    assert done.returncode == 1
    assert f"error[{code}]" in err
    assert "Traceback" not in err
    assert CANARY not in err
    assert "to go on: archonc run --resume" in err
    assert CANARY.encode() not in (tmp_path / "journal.sqlite").read_bytes()


async def test_server_that_refuses_is_a_readable_failure(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{refused_port()}/v1"
    done = await run(tmp_path, write(tmp_path, url), "Hello?")
    err = done.stderr.decode()
    assert done.returncode == 1
    assert "error[R0134]" in err
    assert "Traceback" not in err


async def test_interrupt_stops_within_a_second_and_the_run_goes_on_later(tmp_path: Path) -> None:
    async with loopback() as server:
        program = write(tmp_path, server.url("stall"), timeout="60s")
        command = [sys.executable, "-m", "archonc", "run", program, "Hello?"]
        async with await anyio.open_process(command, env=environment(tmp_path)) as process:
            with anyio.fail_after(20):
                while not server.bodies:  # noqa: ASYNC110 - the server is the one to be watched
                    await anyio.sleep(0.02)
            process.send_signal(signal.SIGINT)
            stopped = time.monotonic()
            with anyio.fail_after(10):
                await process.wait()
            seconds = time.monotonic() - stopped
            assert process.stderr is not None
            err = b"".join([chunk async for chunk in process.stderr]).decode()
    assert process.returncode == 130
    assert seconds < 3  # a second, and what a busy machine takes to end a process
    assert "spent so far: 2 calls" in err
    run_id = err.partition("--resume ")[2].split()[0]
    assert "Traceback" not in err
    async with loopback() as server:
        # The plan in the journal names the old port; nothing listens there any more.
        done = await run(tmp_path, "--resume", run_id)
    assert done.returncode == 1
    assert b"spent before: 2 calls" in done.stderr


async def test_plan_runs_where_the_compiler_cannot_be_imported(tmp_path: Path) -> None:
    program = tmp_path / "one.archon"
    program.write_text(
        'archon 1\nmodel m = simulated("m", max_tokens: 50)\n'
        "architecture one { layer generator(m) }\n",
        encoding="utf-8",
    )
    plan = tmp_path / "one.json"
    assert main(["compile", str(program), "-o", str(plan)]) == 0
    done = await anyio.run_process([sys.executable, "-c", BLOCKED, str(plan)])
    assert done.stdout.strip()


async def test_replay_needs_no_server_and_no_key(tmp_path: Path) -> None:
    async with loopback() as server:
        first = await run(tmp_path, write(tmp_path, server.url("ok")), "Hello?")
    assert first.returncode == 0
    run_id = first.stderr.decode().split()[1]
    environ = {name: value for name, value in environment(tmp_path).items() if name != "LAB_KEY"}
    command = [sys.executable, "-m", "archonc", "run", "--replay", run_id[:6]]
    again = await anyio.run_process(command, env=environ, check=False)
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert b"replayed from the journal: nothing was asked or paid now" in again.stderr
