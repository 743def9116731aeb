"""Runs a plan's layers together: work starts when its inputs exist, not when a layer ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import anyio

from archon_runtime.budget import Ledger
from archon_runtime.candidate import Candidate
from archon_runtime.context import RunTools
from archon_runtime.errors import RunStopped, StepFailed
from archon_runtime.layer_run import LayerRun
from archon_runtime.plan import Choose
from archon_runtime.stream import Stream
from archon_runtime.tail import Tail
from archon_runtime.techniques.base import Technique
from archon_runtime.together import run_together
from archon_runtime.trace import Note, Trace

__all__ = ["Engine", "Found"]


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates that the deepest layer with any left, and the answers among them."""

    candidates: tuple[Candidate, ...]
    answers: tuple[str, ...]
    from_layer: str


class Engine:
    """One run of a plan. Everything starts at once and waits for what it needs."""

    def __init__(
        self,
        tools: RunTools,
        ledgers: tuple[Ledger, ...],
        tail: Tail,
        techniques: Mapping[str, type[Technique[Any]]],
        *,
        seed: int,
    ) -> None:
        self._tools = tools
        self._tail = tail
        self._seed = seed
        self._layers: list[LayerRun] = []
        self._started_s = anyio.current_time()
        flowing = Stream(0)
        for index, layer in enumerate(tools.plan.layers):
            run = LayerRun(
                index,
                layer,
                inflow=flowing,
                ledger=ledgers[index],
                tools=tools,
                techniques=techniques,
            )
            self._layers.append(run)
            flowing = run.out
        flowing.open_view()  # the answer is chosen among all: none is unneeded

    async def run(self) -> None:
        """Run all layers to their end.

        Raises:
            ArchonError: the first failure, by the order of layers and steps.
        """
        await run_together([self._job(index) for index in range(len(self._layers))])

    def note_cut(self, reason: str) -> None:
        """Write in the trace what was left out when the run was cut short."""
        open_layers = [f"`{run.layer.name}`" for run in self._layers if not run.is_finished]
        if open_layers:
            what = f"{reason}; not finished: {', '.join(open_layers)}"
            self._tools.recorder.note(Note("", "", "degraded", what))

    def find(self) -> Found:
        """Choose the answer: from the last layer, else from the deepest that has one.

        Raises:
            BudgetRefusal: the budget was used up before one candidate existed.
            RunStopped: the run was cut short before one candidate existed.
            StepFailed: no candidate was left, although nothing cut the run short.
        """
        for run in reversed(self._layers):
            candidates = run.out.candidates
            if candidates:
                return self._choose(run, candidates)
            if not self._tools.recorder.degraded:
                raise StepFailed(
                    f"no candidate is left after layer `{run.layer.name}`",
                    place=run.layer.name,
                    help="look at what the layers dropped with `--show candidates`",
                )
        for run in self._layers:
            if run.refusal is not None:
                raise run.refusal
        raise RunStopped(
            "; ".join(self._tools.recorder.degraded),
            help="give the run more time, or resume it",
        )

    def trace(self) -> Trace:
        """Tell what happened, until now."""
        seconds = anyio.current_time() - self._started_s
        return Trace(tuple(run.trace() for run in self._layers), seconds)

    def _choose(self, run: LayerRun, candidates: tuple[Candidate, ...]) -> Found:
        chosen = candidates[:1]
        if run is self._layers[-1]:
            answer = self._tools.plan.answer
            if answer.choose is Choose.ALL:
                chosen = candidates
            elif answer.choose is Choose.RANDOM:
                seed = self._seed if answer.seed is None else answer.seed
                chosen = (Random(seed).choice(candidates),)
        else:
            said = f"the answer is from layer `{run.layer.name}`, later layers made none"
            self._tools.recorder.note(Note(run.layer.name, "", "degraded", said))
        return Found(candidates, tuple(c.text for c in chosen), run.layer.name)

    def _job(self, index: int) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            try:
                await self._layers[index].run()
            finally:
                self._tail.finished.add(index)

        return run
