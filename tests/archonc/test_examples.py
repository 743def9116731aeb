"""Each example compiles without a word and answers, on simulated models and as documented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archon_runtime import Plan, Result, Runtime
from archon_runtime.plan import ProviderSpec
from archon_runtime.providers.base import Provider
from archon_runtime.providers.simulated import Simulated
from archon_runtime.providers.simulated_roles import SimulatedModels
from archonc.compiler import Compiler, check_file

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ALL = [path.name for path in sorted(EXAMPLES.glob("*.archon"))]
# What others import has no architecture to run.
NAMES = [name for name in ALL if name != "models.archon"]
SETTINGS = {
    "08_space.archon": (
        "draft.models=2",
        "draft.samples=3",
        "critic=true",
        "either=1",
    )
}


def write(question: str, quality: float, sample: int) -> str:
    """Write a sentence that keeps the rule if it is good, and has too few words if not."""
    if quality > 0.5:
        return "My friend drew a pencil by the window."
    return f"Sentence {sample}."


def simulated(name: str, spec: ProviderSpec) -> Provider:
    return Simulated(SimulatedModels(seed=11, writer=write), name=name)


async def run(name: str) -> tuple[Plan, Result]:
    compilation = Compiler(settings=SETTINGS.get(name, ())).compile_file(EXAMPLES / name)
    assert compilation.diagnostics == ()
    assert compilation.plan is not None
    data = json.loads((EXAMPLES / "pencil.json").read_text(encoding="utf-8"))
    plan = Plan.from_spec(compilation.plan)
    async with Runtime(providers=simulated) as runtime:
        return plan, await runtime.run(plan, "Write a sentence with these words.", data=data)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
@pytest.mark.parametrize("name", NAMES)
async def test_example_answers_inside_its_bounds(name: str) -> None:
    plan, result = await run(name)
    assert Plan.from_json(plan.to_json()) == plan
    assert result.answer
    assert result.degraded == ()
    bounds = plan.spec.bounds.calls
    assert bounds.most is not None
    assert bounds.least <= result.usage.calls <= bounds.most


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_best_of_eight_answers_with_one_that_passed() -> None:
    _, result = await run("02_best_of_eight.archon")
    checked = result.candidates[0].result
    assert checked is not None
    assert checked.passed
    assert "pencil" in result.answer


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_panel_criticises_eight_drafts_and_fuses_five() -> None:
    _, result = await run("04_panel.archon")
    sizes = [(len(layer.inflow), len(layer.outflow)) for layer in result.trace.layers]
    assert sizes == [(0, 8), (8, 8), (8, 5), (5, 1)]
    ranked = result.trace.layers[2].outflow
    assert [candidate.rank for candidate in ranked] == [1, 2, 3, 4, 5]
    assert all(candidate.critique for candidate in ranked)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_duel_runs_two_architectures_side_by_side() -> None:
    _, result = await run("07_duel.archon")
    layers = {layer.layer: len(layer.outflow) for layer in result.trace.layers}
    assert layers["both.mini.generator"] == layers["both.haiku.generator"] == 4
    assert (layers["both"], layers["fuser"]) == (2, 1)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_tested_shows_its_tests_and_verifies_the_best() -> None:
    _, result = await run("09_tested.archon")
    tests, draft, evaluated, verified = result.trace.layers
    assert 1 <= len(tests.tests) <= 4
    assert (len(draft.outflow), len(evaluated.outflow), len(verified.outflow)) == (6, 3, 1)


@pytest.mark.parametrize("name", ALL)
def test_example_is_right(name: str) -> None:
    assert check_file(EXAMPLES / name) == ()


def test_there_is_an_example_of_each_feature() -> None:
    assert len(ALL) >= 10
