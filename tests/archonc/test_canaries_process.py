"""Keys everywhere, and a search in all that the command wrote: its output and its files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio
import pytest

from tests.runtime.echoing_server import CANARY, echoing_server, environ

pytestmark = [
    pytest.mark.slow,
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True),
]

PROGRAM = """\
archon 1
provider lab = openai_compatible(base_url: "{url}", key: env("LAB_KEY"), timeout: 5s)
model m = lab("m", max_tokens: 20)
architecture one {{ layer generator(m) }}
"""
WITH_PASSWORD = 'archon 1\nprovider lab = openai_compatible(base_url: "http://me:{key}@h/v1")\n'


class Folder:
    """A folder to run commands in, and all that they said."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said = b""
        path.mkdir()

    async def run(self, *words: str, code: int | None = None, **environment: str) -> None:
        done = await anyio.run_process(
            [sys.executable, "-m", "archonc", *words],
            cwd=self.path,
            env={**os.environ, **environ(), "ARCHON_JOURNAL": "journal", **environment},
            check=False,
        )
        assert code is None or done.returncode == code, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        assert b"call draft" not in done.stderr  # nobody listens to the log, so nobody hears it
        self.said += done.stdout + done.stderr

    def assert_clean(self) -> None:
        files = [each.read_bytes() for each in self.path.iterdir() if each.suffix != ".archon"]
        assert files
        for raw in (self.said, *files):
            assert b"sk-canary" not in raw
            assert CANARY.encode() not in raw


@pytest.mark.parametrize(
    "how", ["good", "echoed-in-answer", "html", "cut", "escaped-401", "slashed-403"]
)
async def test_no_key_is_in_anything_that_the_command_writes(tmp_path: Path, how: str) -> None:
    folder = Folder(tmp_path / "work")
    async with echoing_server() as server:
        program = folder.path / "one.archon"
        program.write_text(PROGRAM.format(url=f"{server}/{how}"), encoding="utf-8")
        await folder.run("compile", "one.archon", "-o", "plan.json", code=0)
        await folder.run("run", "plan.json", "Hello?", "--json", "--show", "candidates")
        await folder.run("runs", "list", code=0)
        await folder.run("runs", "export", code=0)
    run = folder.said.rpartition(b'"run": "')[2].partition(b'"')[0].decode()
    await folder.run("runs", "show", run, code=0)
    folder.assert_clean()


async def test_key_in_an_address_is_refused_and_not_shown(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "work")
    program = folder.path / "one.archon"
    program.write_text(WITH_PASSWORD.format(key=CANARY), encoding="utf-8")
    await folder.run("check", "one.archon", code=1)
    program.write_text(
        'archon 1\nmodel m = openai("gpt-4o-mini", max_tokens: 9)\n'
        "architecture one { layer generator(m) }\n",
        encoding="utf-8",
    )
    address = f"http://me:{CANARY}@127.0.0.1:1/v1"
    await folder.run("run", "one.archon", "Hello?", code=1, OPENAI_BASE_URL=address)
    assert b"the URL from `OPENAI_BASE_URL` in the environment" in folder.said
    folder.assert_clean()
