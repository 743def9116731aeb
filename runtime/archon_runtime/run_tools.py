"""What all steps of a run share, and where one of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from archon_runtime.calls import Calls
from archon_runtime.candidate import CheckResult
from archon_runtime.plan import LayerSpec, PlanSpec, StepSpec
from archon_runtime.question import Question
from archon_runtime.recorder import Recorder
from archon_runtime.techniques.base import Check

__all__ = ["CheckRunner", "RunTools", "StepPlace"]


class CheckRunner(Protocol):
    """Runs a check on a text."""

    async def __call__(
        self, check: Check, text: str, *, trusted: bool, timeout_s: float
    ) -> CheckResult:
        """Tell whether *text* passes."""
        ...


@dataclass(frozen=True, slots=True)
class RunTools:
    """What all steps of a run share."""

    plan: PlanSpec
    question: Question
    calls: Calls
    recorder: Recorder
    check: CheckRunner


@dataclass(frozen=True, slots=True)
class StepPlace:
    """Where a step stands: its layer, and its part of the layer's output."""

    layer_index: int
    layer: LayerSpec
    step: StepSpec
    offset: int
    width: int
