"""Target: any text is checked, and compiled if it is right, by itself or in a folder."""

from __future__ import annotations

from archon_runtime import Plan
from archonc.compiler import check_source, compile_source
from archonc.diagnostic import Severity
from archonc.source import Source
from tests.fuzz.programs import ROOT, mutate_program, programs
from tests.fuzz.target import Target, assert_shown

__all__ = ["TARGET", "run"]

GOLDEN = ROOT / "tests" / "golden"


def run(text: str) -> None:
    """Check *text*; a plan that comes of it is one that the runtime reads."""
    # Half of the texts lie where other files do, so that imports and checks are looked up.
    folder = GOLDEN if len(text) % 2 else None
    found = check_source(Source("any.archon", text), folder=folder)
    assert_shown(found)
    if any(each.severity is Severity.ERROR for each in found):
        return
    compilation = compile_source(Source("any.archon", text), folder=folder)
    assert_shown(compilation.diagnostics)
    if compilation.plan is not None:
        plan = Plan.from_spec(compilation.plan)
        assert Plan.from_json(plan.to_json()).hash == plan.hash


TARGET = Target("check", run, programs, mutate_program)
