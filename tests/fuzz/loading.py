"""Target: any text is a plan, or is refused as one; a plan is written as it was read."""

from __future__ import annotations

import functools
import hashlib
import json
import random

from archon_runtime import Plan
from archon_runtime.errors import PlanInvalid
from archonc.compiler import compile_source
from archonc.source import Source
from tests.fuzz.json_parts import mutate_json
from tests.fuzz.programs import ROOT, programs
from tests.fuzz.target import Target

__all__ = ["TARGET", "hashed", "run"]

MOST_PLANS = 40


def run(text: str) -> None:
    """Read *text* as a plan; whatever is wrong with it is a `PlanInvalid`."""
    try:
        plan = Plan.from_json(text)
    except PlanInvalid:
        return
    assert isinstance(plan.executes, tuple)
    written = plan.to_json()
    assert Plan.from_json(written).to_json() == written


@functools.cache
def plans() -> tuple[str, ...]:
    """Plans of the golden programs and of those in the specifications."""
    folder = ROOT / "tests" / "golden"
    compiled = (compile_source(Source("a.archon", each), folder=folder).plan for each in programs())
    texts = {Plan.from_spec(spec).to_json() for spec in compiled if spec is not None}
    return tuple(sorted(texts, key=lambda text: (len(text), text))[:MOST_PLANS])


def mutate_plan(text: str, chance: random.Random) -> str:
    """Change a plan, most often with a hash that fits, so that more than the hash is read."""
    changed = mutate_json(text, chance)
    try:
        raw = json.loads(changed)
    except (ValueError, RecursionError):
        return changed
    if not isinstance(raw, dict) or chance.random() < 0.1:
        return changed
    try:
        return hashed(raw)
    except RecursionError:
        return changed


def hashed(raw: dict[str, object]) -> str:
    """Write a plan with the hash of what it holds."""
    raw = {key: value for key, value in raw.items() if key != "hash"}
    canonical = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return json.dumps({**raw, "hash": f"sha256:{digest}"})


TARGET = Target("load", run, plans, mutate_plan)
