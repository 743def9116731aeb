"""Compare one call with best-of-eight-by-checker on the embedded model.

    python examples/compare_best_of_eight.py DATA.jsonl [--items 40]

DATA has a JSON object a line, with `prompt`, `words`, `min_words` and `max_words`. Both
architectures are those of examples 01 and 02; rates have a 95 % percentile bootstrap
interval over the items, and the difference is paired by item.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import anyio
from checks import constrained_sentence

from archon_runtime import Plan, Result, Runtime
from archonc import compile_file

HERE = Path(__file__).resolve().parent


def load(path: Path) -> Plan:
    """Compile an example; it has no mistake, the tests see to that."""
    compilation = compile_file(path)
    assert compilation.plan is not None, compilation.diagnostics
    return Plan.from_spec(compilation.plan)


def interval(values: list[float], draws: int = 10_000) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean."""
    chance = random.Random(0)
    means = sorted(sum(chance.choices(values, k=len(values))) / len(values) for _ in range(draws))
    return means[int(0.025 * draws)], means[int(0.975 * draws) - 1]


async def answer_all(
    runtime: Runtime, plan: Plan, items: list[dict[str, Any]], at_once: int
) -> list[Result]:
    """Answer every item, so many questions at once; results in the items' order."""
    results: dict[int, Result] = {}
    limiter = anyio.CapacityLimiter(at_once)

    async def answer(number: int, item: dict[str, Any]) -> None:
        async with limiter:
            results[number] = await runtime.run(plan, item["prompt"], data=item)

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            group.start_soon(answer, number, item)
    return [results[number] for number in range(len(items))]


def show(name: str, passed: list[float], results: list[Result], seconds: float) -> None:
    """Print one architecture's line."""
    low, high = interval(passed)
    calls = sum(result.usage.calls for result in results)
    tokens = sum(result.usage.tokens for result in results)
    unknown = sum(result.unknown_calls for result in results)
    rate = 100 * sum(passed) / len(passed)
    print(
        f"{name:<14} {rate:5.1f} %  [{100 * low:.1f}, {100 * high:.1f}]"
        f"  {calls:4} calls  {tokens:6} tokens  {seconds:5.0f} s"
        + (f"  ({unknown} calls were cut short, counted at their most)" if unknown else "")
    )


async def compare(items: list[dict[str, Any]]) -> float:
    """Run both architectures, print their lines, and return the difference of the rates."""
    rates = []
    async with Runtime() as runtime:
        for name, at_once in (("01_one_call", 8), ("02_best_of_eight", 1)):
            plan = load(HERE / f"{name}.archon")
            begun = time.monotonic()
            results = await answer_all(runtime, plan, items, at_once)
            passed = [
                float(constrained_sentence(result.answer, item["prompt"], item)[0])
                for result, item in zip(results, items, strict=True)
            ]
            show(name[3:], passed, results, time.monotonic() - begun)
            rates.append(passed)
    gains = [after - before for before, after in zip(*rates, strict=True)]
    low, high = interval(gains)
    gain = sum(gains) / len(gains)
    print(f"{'difference':<14} {100 * gain:5.1f} points  [{100 * low:.1f}, {100 * high:.1f}]")
    return gain


def main() -> int:
    """Read the items and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA.jsonl")
    parser.add_argument("--items", type=int, default=40, help="how many, from the first (40)")
    args = parser.parse_args()
    lines = args.data.read_text(encoding="utf-8").splitlines()[: args.items]
    anyio.run(compare, [json.loads(line) for line in lines])
    return 0


if __name__ == "__main__":
    sys.exit(main())
