"""What a thousand samples until one passes cost, by the share that passes, on virtual time."""

from __future__ import annotations

import statistics

import anyio
from trio.testing import MockClock

from archon_runtime import Plan, Runtime
from archon_runtime.providers.simulated import Simulated
from archon_runtime.providers.simulated_roles import SimulatedModels
from archonc import Source, compile_source

__all__ = ["measure_waves"]

LATENCY_S = 0.1
QUESTIONS = 20
SHARES = (0.01, 0.1, 0.5)
PROGRAM = """
archon 1
provider lab = simulated()
model m = lab("m", max_tokens: 100)
model judge = lab("judge", max_tokens: 100)
architecture until_one_passes {
  budget { calls: 5000, tokens: 50M }
  layer generator(m, samples: 1000)
  layer verifier(judge, first: 1)
  answer: first
}
"""


async def ask(plan: Plan, share: float) -> list[tuple[int, float]]:
    """Ask all questions, one after the other; the drafts sampled for each, and its seconds."""
    skills = {"m": {"generator": share}, "judge": {"verifier": 0.9999}}
    models = SimulatedModels(skills=skills, correlation=0.0)
    seen = []
    async with Runtime(providers={"lab": Simulated(models, latency_s=LATENCY_S)}) as runtime:
        for number in range(QUESTIONS):
            result = await runtime.run(plan, f"question {number}")
            drafts = result.trace.layers[0].usage.calls
            seen.append((drafts, result.trace.seconds))
    return seen


def measure_waves() -> None:
    """Print the samples and the time that each share of passing takes."""
    compilation = compile_source(Source("bench.archon", PROGRAM), folder=None)
    assert compilation.plan is not None, compilation.diagnostics
    plan = Plan.from_spec(compilation.plan)
    for share in SHARES:
        options = {"clock": MockClock(autojump_threshold=0)}
        seen = anyio.run(ask, plan, share, backend="trio", backend_options=options)
        drafts, seconds = zip(*seen, strict=True)
        print(
            f"1,000 samples until one passes, {share:.0%} do: {statistics.mean(drafts):.0f} "
            f"sampled (at most {max(drafts)}; one after the other it takes {1 / share:.0f}), "
            f"in {statistics.mean(seconds) / LATENCY_S:.0f} times a call's latency"
        )
