"""A process that is killed in the middle of a run: `python -m tests.runtime.killed_child FILE`.

It writes the sample of each request on a line when it is sent, and hangs at the fifth.
"""

from __future__ import annotations

import sys
from pathlib import Path

from archon_runtime import Plan, run_sync
from archon_runtime.chat import ChatRequest
from archon_runtime.plan import BudgetSpec
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted

__all__ = ["eight_and_fuse"]

HANGS_AT = 4


def eight_and_fuse(calls: int) -> Plan:
    """Eight samples and a fuser, with so many calls at most."""
    return make_plan(
        {"draft": [Step("generator", options={"samples": 8})], "fuse": [Step("fuser")]},
        budget=BudgetSpec(calls=calls),
    )


def script(request: ChatRequest) -> Said:
    """Answer the first four, never the fifth."""
    sys.stdout.write(f"{request.sample}\n")
    sys.stdout.flush()
    return Said(f"first {request.sample}", after_s=600.0 if request.sample == HANGS_AT else 0.0)


if __name__ == "__main__":
    run_sync(
        eight_and_fuse(int(sys.argv[2])),
        "why?",
        # One at a time: that the fifth is sent shows that the fourth is written.
        providers={"lab": Scripted(script, concurrency=1)},
        journal=Path(sys.argv[1]),
    )
