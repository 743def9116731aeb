"""Ways to run checks, for their tests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import anyio
import pytest

from archon_runtime.candidate import CheckResult
from archon_runtime.check_pool import TrustedWorkers
from archon_runtime.checks import run_check
from archon_runtime.plan import FileSpec
from archon_runtime.question import make_question
from archon_runtime.sandbox.base import Sandbox
from archon_runtime.sandbox.bubblewrap import Bubblewrap, probe
from archon_runtime.sandbox.unsafe import Unsafe
from archon_runtime.techniques.base import Check

QUESTION = make_question("Which?", {"words": ["cat", "dog"], "most": 3})


def file_of(source: str) -> FileSpec:
    return FileSpec(source, hashlib.sha256(source.encode()).hexdigest())


@dataclass
class Bench:
    """One way to run checks."""

    sandbox: Sandbox
    trusted: bool
    workers: TrustedWorkers | None = None

    async def python(self, source: str, text: str = "x", **more: Any) -> CheckResult:
        return await run_check(
            Check(file="my/check.py", function="good"),
            text,
            more.get("question", QUESTION),
            {"my/check.py": file_of(source)},
            sandbox=self.sandbox,
            trusted=self.trusted,
            timeout_s=more.get("timeout_s", 10.0),
            workers=self.workers,
        )

    async def command(self, *command: str, text: str = "x", **more: Any) -> CheckResult:
        return await run_check(
            Check(command=command),
            text,
            QUESTION,
            more.get("files", {}),
            sandbox=self.sandbox,
            trusted=False,
            timeout_s=more.get("timeout_s", 10.0),
        )


def find_bubblewrap() -> Bubblewrap:
    """Find one that works, or skip the test; call it where no event loop runs."""
    found = anyio.run(probe)
    if isinstance(found, str):
        pytest.skip(f"bubblewrap does not work here: {found}")
    return found


def find_sandbox(kind: str) -> Sandbox:
    return find_bubblewrap() if kind == "bubblewrap" else Unsafe()


GOOD = """
def good(candidate, question, data):
    print("PASSED", {"kind": "verdict", "passed": True})
    if len(candidate) > data["most"]:
        return False, f"{len(candidate)} is more than {data['most']}, {question}"
    return candidate in data["words"]
"""
