"""A command that checks candidates, from the program to the verdict, with its own script."""

from __future__ import annotations

from pathlib import Path

import pytest

from archon_runtime import Plan, Runtime
from archon_runtime.plan import ProviderSpec
from archon_runtime.providers.base import Provider
from archonc.compiler import compile_file
from tests.runtime.scripted import Said, Scripted

PROGRAM = """\
archon 1
model m = simulated("m", max_tokens: 50)
architecture one {
  layer generator(m, samples: 3)
  layer checker(command("python", "even.py"), first: 1)
}
"""
SCRIPT = """\
import sys
number = int(sys.stdin.read())
if number % 2:
    sys.exit(f"{number} is odd")
"""


def scripted(name: str, spec: ProviderSpec) -> Provider:
    return Scripted(lambda request: Said(str(request.sample + 3)))


@pytest.mark.anyio
async def test_command_keeps_the_candidate_that_its_script_passes(tmp_path: Path) -> None:
    (tmp_path / "even.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "one.archon").write_text(PROGRAM, encoding="utf-8")
    compilation = compile_file(tmp_path / "one.archon")
    assert compilation.plan is not None, compilation.diagnostics
    plan = Plan.from_json(Plan.from_spec(compilation.plan).to_json())
    assert plan.executes == ("checker runs python even.py on each candidate, in a sandbox",)
    # Without a sandbox, so that the test runs on any machine; what it runs is its own script.
    async with Runtime(providers=scripted, unsafe_checks=True) as runtime:
        result = await runtime.run(plan, "An even number, please.")
    assert result.answer == "4"
