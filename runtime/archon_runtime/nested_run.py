"""An architecture at work as one step of a layer: to the layer it is a generator."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio

from archon_runtime.budget import BudgetRefusal, out_of_time
from archon_runtime.candidate import Candidate
from archon_runtime.plan import Choose, NestedSpec, OnExhausted
from archon_runtime.recorder import Recorder
from archon_runtime.stream import Stream
from archon_runtime.together import run_together
from archon_runtime.trace import Note

if TYPE_CHECKING:
    from archon_runtime.pipeline import Pipeline

__all__ = ["NestedRun"]


class NestedRun:
    """Runs the layers of a nested step and puts its answers into its places of *out*.

    `refusals` holds why it has no answer, if a budget left it none.
    """

    def __init__(
        self,
        spec: NestedSpec,
        pipeline: Pipeline,
        *,
        layer: str,
        out: Stream,
        offset: int,
        recorder: Recorder,
    ) -> None:
        self.pipeline = pipeline
        self.refusals: list[BudgetRefusal] = []
        self._spec = spec
        self._layer = layer
        self._out = out
        self._offset = offset
        self._recorder = recorder
        self._made = pipeline.out.open_view()
        self._scope = anyio.CancelScope()
        # The places that are needed and still empty; with the last one the work ends.
        self._open = set(range(spec.outflow.arity.high or 0))
        self._given = 0
        self._has_ended = False

    async def run(self) -> None:
        """Do the step's work.

        Raises:
            BudgetRefusal: a limit was reached, and its budget says `fail`.
            ArchonError: what one of its steps could not do.
        """
        budget = self._spec.budget
        try:
            with self._scope:
                if budget is not None and budget.time_s is not None:
                    self._scope.deadline = anyio.current_time() + budget.time_s
                await run_together([self.pipeline.run, self._hand_on])
        finally:
            self.pipeline.leave()
        if self._open and self._scope.cancelled_caught:
            self._end_for_time()
        elif self._open:
            self._give_best()
            self._explain_nothing(self.pipeline.refusal)
        self.pipeline.abandon()
        self._has_ended = True

    def cancel_job(self, index: int) -> None:
        """Stop the work on a place that became unneeded; on all of it with the last one."""
        self._settle(index)
        if self._spec.answer.choose is Choose.ALL:
            self._made.unneeded(index)

    def cut_short(self) -> None:
        """Give the best there is by now: the layer that holds this step was cut short."""
        if not self._has_ended and self._open:
            self.pipeline.cut_short()
            self._give_best()
        self.pipeline.abandon()

    async def _hand_on(self) -> None:
        """Give answers away as soon as nothing can change them."""
        match self._spec.answer.choose:
            case Choose.ALL:
                jobs = [partial(self._hand_on_one, index) for index in range(self._made.width)]
                await run_together(jobs)
            case Choose.FIRST:
                await self._hand_on_first()
            case Choose.RANDOM:
                candidates = await self._made.all()
                for candidate in self.pipeline.choose(candidates) if candidates else ():
                    self._put(0, candidate)

    async def _hand_on_one(self, index: int) -> None:
        candidate = await self._made.get(index)
        if candidate is not None:
            self._put(index, candidate)

    async def _hand_on_first(self) -> None:
        for index in range(self._made.width):
            candidate = await self._made.get(index)
            if candidate is not None:
                self._put(0, candidate)
                return

    def _end_for_time(self) -> None:
        budget = self._spec.budget
        assert budget is not None
        refusal = out_of_time(
            budget,
            place=f"architecture `{self._spec.id}`",
            help="raise `time` in its budget, or ask for less",
        )
        if refusal.on_exhausted is OnExhausted.FAIL:
            raise refusal
        open_layers = ", ".join(f"`{name}`" for name in self.pipeline.unfinished())
        self._note_degraded(f"`{self._spec.id}`: {refusal.message}; not finished: {open_layers}")
        self.pipeline.cut_short()
        self._give_best()
        self._explain_nothing(refusal)

    def _give_best(self) -> None:
        """Give what was not given away yet: from the deepest layer that has a candidate."""
        found = None if self._given else self.pipeline.best()
        if found is None:
            return
        if not found.is_last:
            self._note_degraded(
                f"`{self._spec.id}` answers from layer `{found.from_layer}`, its later layers "
                "made none"
            )
        for index, candidate in enumerate(found.chosen):
            self._put(index, candidate)

    def _explain_nothing(self, refusal: BudgetRefusal | None) -> None:
        if self._given:
            return
        if refusal is not None:
            self.refusals.append(refusal)
        else:
            said = f"no candidate is left after layer `{self.pipeline.last}`"
            self._recorder.note(Note(self._layer, self._spec.id, "dropped", said))

    def _put(self, index: int, candidate: Candidate) -> None:
        """Fill a place with a candidate of its own: what was attached inside stays inside."""
        if index in self._open:
            self._given += 1
            name = f"{self._spec.id}#{index}"
            new = Candidate(name, candidate.text, candidate.model, candidate.truncated)
            self._out.put(self._offset + index, new)
            self._settle(index)

    def _settle(self, index: int) -> None:
        self._open.discard(index)
        if not self._open:
            self._scope.cancel()

    def _note_degraded(self, message: str) -> None:
        self._recorder.note(Note(self._layer, self._spec.id, "degraded", message))
