"""Run plans: from a plan and a question to an answer, inside a budget.

    from archon_runtime import Plan, Runtime

    async with Runtime() as runtime:
        result = await runtime.run(Plan.load("plan.json"), "Why is the sky blue?")

Names are imported when they are first used, so that importing the package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archon_runtime.batch import Batch
    from archon_runtime.candidate import Candidate, CheckResult
    from archon_runtime.chat import Message, Role
    from archon_runtime.errors import ArchonError
    from archon_runtime.event import Event
    from archon_runtime.plan import BudgetSpec
    from archon_runtime.plan_file import Plan
    from archon_runtime.question import Question
    from archon_runtime.result import Result
    from archon_runtime.retry import RetryPolicy
    from archon_runtime.runtime import Runtime
    from archon_runtime.sync import run_sync
    from archon_runtime.usage import Usage

__all__ = [
    "ArchonError",
    "Batch",
    "BudgetSpec",
    "Candidate",
    "CheckResult",
    "Event",
    "Message",
    "Plan",
    "Question",
    "Result",
    "RetryPolicy",
    "Role",
    "Runtime",
    "Usage",
    "run_sync",
]

_HOMES = {
    "ArchonError": "errors",
    "Batch": "batch",
    "BudgetSpec": "plan",
    "Candidate": "candidate",
    "CheckResult": "candidate",
    "Event": "event",
    "Message": "chat",
    "Plan": "plan_file",
    "Question": "question",
    "Result": "result",
    "RetryPolicy": "retry",
    "Role": "chat",
    "Runtime": "runtime",
    "Usage": "usage",
    "run_sync": "sync",
}


def __getattr__(name: str) -> object:
    """Import a public name from its module."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
