"""Runs a plan's layers together: work starts when its inputs exist, not when a layer ends."""

from __future__ import annotations

import anyio

from archon_runtime.errors import RunStopped, StepFailed
from archon_runtime.pipeline import Found, Pipeline, PipelineTools
from archon_runtime.trace import Note, Trace

__all__ = ["Engine"]


class Engine:
    """One run of a plan. Everything starts at once and waits for what it needs."""

    def __init__(self, tools: PipelineTools) -> None:
        self._recorder = tools.run.recorder
        self._started_s = anyio.current_time()
        plan = tools.run.plan
        self._pipeline = Pipeline(plan.layers, plan.answer, tools)
        self._pipeline.out.open_view()  # the answer is chosen among all: none is unneeded

    async def run(self) -> None:
        """Run all layers to their end.

        Raises:
            ArchonError: the first failure, by the order of layers and steps.
        """
        await self._pipeline.run()

    def cut_short(self, reason: str) -> None:
        """Make the best of what is there, and write in the trace what was left out."""
        open_layers = [f"`{name}`" for name in self._pipeline.unfinished()]
        if open_layers:
            what = f"{reason}; not finished: {', '.join(open_layers)}"
            self._recorder.note(Note("", "", "degraded", what))
            self._pipeline.cut_short()

    def find(self) -> Found:
        """Choose the answer: from the last layer, else from the deepest that has one.

        Raises:
            BudgetRefusal: the budget was used up before one candidate existed.
            RunStopped: the run was cut short before one candidate existed.
            StepFailed: no candidate was left, although nothing cut the run short.
        """
        found = self._pipeline.best()
        if found is not None:
            if not found.is_last:
                said = f"the answer is from layer `{found.from_layer}`, later layers made none"
                self._recorder.note(Note(found.from_layer, "", "degraded", said))
            return found
        if not self._pipeline.is_degraded:
            raise StepFailed(
                f"no candidate is left after layer `{self._pipeline.last}`",
                place=self._pipeline.last,
                help="look at what the layers dropped with `--show candidates`",
            )
        if self._pipeline.refusal is not None:
            raise self._pipeline.refusal
        raise RunStopped(
            "; ".join(self._recorder.degraded), help="give the run more time, or resume it"
        )

    def trace(self) -> Trace:
        """Tell what happened, until now."""
        seconds = anyio.current_time() - self._started_s
        return Trace(tuple(self._pipeline.traces()), seconds)
