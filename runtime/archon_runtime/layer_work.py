"""The work of one step of a layer, be it a technique's or an architecture's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from archon_runtime.budget import BudgetRefusal
from archon_runtime.context import StepContext
from archon_runtime.nested_run import NestedRun
from archon_runtime.plan import NestedSpec, StepSpec
from archon_runtime.stream import StreamView
from archon_runtime.techniques.base import Technique

__all__ = ["Work", "apply_technique"]


@dataclass(frozen=True, slots=True)
class Work:
    """A step at work: who does it, where in the layer's output it begins, what it reads."""

    step: StepSpec | NestedSpec
    offset: int
    width: int
    doer: StepContext | NestedRun
    inflow: StreamView
    begin: Callable[[], Awaitable[None]]


async def apply_technique(technique: Technique[Any], context: StepContext) -> None:
    """Let a technique do its work; what the budget refuses is its context's to bear."""
    try:
        await technique.apply(context, context.inflow)
    except BudgetRefusal as refusal:
        context.absorb(refusal)
