"""A process that runs plans in children that may be killed: one line in, one run.

Lines in are JSON: `url`, `journal`, and `question` or `resume`. Lines out: `started PID`,
then `result JSON` if the run came to its end, then `ended CODE`. Children are forked,
so that hundreds of them need not import everything again.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp  # noqa: F401 - imported once, before the forks, not by each child

from archon_runtime import Plan, run_sync
from archon_runtime.plan import BudgetSpec, ModelSpec, ProviderSpec
from archon_runtime.usage import Price
from tests.runtime.plans import Step, make_plan

__all__ = ["PRICE", "SAMPLES", "panel"]

SAMPLES = 6
PRICE = Price(Decimal("0.5"), Decimal("1.5"))


def panel(url: str) -> Plan:
    """Six samples, a critic, a ranker and a fuser; no two requests of it are equal."""
    model = ModelSpec("lab", "m", max_tokens=50, seed=1, price=PRICE)
    plan = make_plan(
        {
            "draft": [Step("generator", options={"samples": SAMPLES})],
            "notes": [Step("critic")],
            "pick": [Step("ranker", options={"keep": 3})],
            "fuse": [Step("fuser")],
        },
        models={"m": model},
        budget=BudgetSpec(calls=200, cost_usd=Decimal(5)),
    )
    lab = ProviderSpec("openai_compatible", {"base_url": url, "concurrency": 4})
    return Plan.from_spec(replace(plan.spec, providers={"lab": lab}))


def _say(word: str, value: object) -> None:
    # One write: a process that is killed must not leave half a line.
    os.write(1, f"{word} {value}\n".encode())


def _run(job: dict[str, Any]) -> None:
    resume = job.get("resume")
    result = run_sync(
        None if resume else panel(job["url"]),
        job.get("question"),
        resume=resume,
        journal=Path(job["journal"]),
        environ={},
    )
    _say("result", json.dumps({"answer": result.answer, "usage": result.usage.to_json()}))


def _serve() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _run(json.loads(line))
                code = 0
            except BaseException:  # a child must never go on as its parent
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        _say("started", pid)
        _, status = os.waitpid(pid, 0)
        _say("ended", os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    _serve()
