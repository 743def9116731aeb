"""One layer at work: its steps side by side, its time limit, and what it does without money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import anyio

from archon_runtime.books import Account
from archon_runtime.budget import BudgetRefusal
from archon_runtime.context import StepContext
from archon_runtime.errors import ArchonError
from archon_runtime.layer_clock import LayerClock
from archon_runtime.layer_rest import come_by_now, pass_on
from archon_runtime.layer_work import Work, apply_technique
from archon_runtime.nested_run import NestedRun
from archon_runtime.plan import LayerSpec, NestedSpec, OnExhausted, StepSpec
from archon_runtime.run_tools import RunTools, StepPlace
from archon_runtime.stream import Stream
from archon_runtime.techniques.base import Technique
from archon_runtime.techniques.decode import decode_options
from archon_runtime.together import run_together
from archon_runtime.trace import LayerTrace, Note
from archon_runtime.unit_tests import UnitTests

__all__ = ["LayerRun"]

Nest = Callable[[NestedSpec, LayerSpec, Stream, int], NestedRun]
"""Prepares a nested step, given its layer, the layer's output and the first place there."""


class LayerRun:
    """Runs one layer: from the stream that flows in to the stream that flows out."""

    def __init__(
        self,
        index: int,
        layer: LayerSpec,
        *,
        inflow: Stream,
        account: Account,
        tools: RunTools,
        techniques: Mapping[str, type[Technique[Any]]],
        nest: Nest,
    ) -> None:
        self.layer = layer
        self.inflow = inflow
        self._index = index
        self._account = account
        self._tools = tools
        widths = [step.outflow.arity.high or 0 for step in layer.steps]
        kinds = [techniques[each.technique] for each in layer.steps if isinstance(each, StepSpec)]
        self._makes_tests = any(kind.makes_tests for kind in kinds)
        self._reads_tests = False
        self.out = Stream(sum(widths), UnitTests() if self._makes_tests else inflow.tests)
        self.out.on_decided = self._tell_decided
        self._clock = LayerClock(layer, self.out, account, tools.recorder)
        self._scope = anyio.CancelScope()
        self._has_quorum = False
        self.out.on_unneeded = self._cancel_work
        self._works: list[Work] = []
        self.nested: list[NestedRun] = []
        for step, width in zip(layer.steps, widths, strict=True):
            self._works.append(self._prepare(step, width, techniques, nest))
        self._is_cut = False

    def _prepare(
        self,
        step: StepSpec | NestedSpec,
        width: int,
        techniques: Mapping[str, type[Technique[Any]]],
        nest: Nest,
    ) -> Work:
        offset = sum(each.width for each in self._works)
        if isinstance(step, NestedSpec):
            nested = nest(step, self.layer, self.out, offset)
            self.nested.append(nested)
            return Work(step, offset, width, nested, self.inflow.open_view(), nested.run)
        kind = techniques[step.technique]
        technique = kind(decode_options(kind, step.options))
        self._reads_tests = self._reads_tests or technique.reads_tests()
        place = StepPlace(self._index, self.layer, step, offset, width)
        view = self.inflow.open_view(on_demand=technique.works_on_demand())
        context = StepContext(self._tools, place, technique, view, self.out)
        begin = partial(apply_technique, technique, context)
        return Work(step, offset, width, context, context.inflow, begin)

    async def run(self) -> None:
        """Do the layer's work; afterwards all places of its output are decided.

        Raises:
            BudgetRefusal: a limit was reached, and its budget says `fail`.
            ArchonError: what a step could not do.
        """
        timed_out: BudgetRefusal | None = None
        with self._scope:
            self._when_ready(partial(self._clock.start, self._scope))
            await run_together([partial(self._run_step, work) for work in self._works])
        is_cut = self._scope.cancelled_caught and not self._has_quorum
        if is_cut and not (self._makes_tests and self.out.tests.is_settled):
            timed_out = self._clock.refusal()
            if timed_out.on_exhausted is OnExhausted.FAIL:
                raise timed_out
            for nested in self.nested:
                nested.cut_short()
        if self._makes_tests:
            await pass_on(self.inflow, self.out)
        if self._has_quorum:
            self._go_on_with_quorum()
        else:
            await self._make_do(timed_out)
        for place in range(self.out.width):
            self.out.close(place)
        for work in self._works:
            work.inflow.leave()
        self._clock.finish()

    def trace(self) -> LayerTrace:
        """Tell what the layer saw and did, until now."""
        return LayerTrace(
            layer=self.layer.name,
            inflow=self.inflow.candidates,
            outflow=self.out.candidates,
            usage=self._account.spent,
            seconds=self._clock.seconds,
            notes=self._tools.recorder.notes_of(self.layer.name),
            tests=self.out.tests.texts if self._makes_tests else (),
        )

    @property
    def refusal(self) -> BudgetRefusal | None:
        """The first refusal of a budget that this layer did without, if any."""
        return next((r for work in self._works for r in work.doer.refusals), None)

    @property
    def is_finished(self) -> bool:
        """Tell whether the layer has come to its end."""
        return self._clock.has_ended

    @property
    def is_degraded(self) -> bool:
        """Tell whether something was left out, here or in a nested step."""
        return self._is_cut or any(nested.pipeline.is_degraded for nested in self.nested)

    def abandon(self) -> None:
        """End what was cancelled: what is not there by now will not come."""
        for nested in self.nested:
            nested.pipeline.abandon()
        if not self.is_finished:
            for place in range(self.out.width):
                self.out.close(place)
            self._clock.finish()

    async def _run_step(self, work: Work) -> None:
        if work.width and not self._makes_tests:
            await self.out.until_wanted(work.offset)
        try:
            await work.begin()
        except ArchonError as error:
            error.place = error.place or work.step.id
            raise
        places = range(work.offset, work.offset + work.width)
        if work.doer.refusals:
            for index in places if not self._makes_tests else ():
                self.out.refuse(index)
            return  # its layer may have to let the inflow through
        for index in places:
            self.out.close(index)
        # A step that has ended reads no more: what still comes for it is wasted work.
        work.inflow.leave()

    async def _make_do(self, timed_out: BudgetRefusal | None) -> None:
        """Where the budget cut the layer short: say what is missing, or let the inflow through.

        The inflow goes through only if no step made anything: a mixture of old and
        new candidates would be ranked and fused as if they were of one kind.
        """
        refusal = timed_out or self.refusal
        if refusal is None:
            return
        made = self.out.filled
        if self._makes_tests:
            self._note_degraded(f"layer `{self.layer.name}` wrote no tests: {refusal.message}")
            return
        if made:
            empty = self.out.width - made
            missing = f"{empty} of {self.out.width} places are empty" if empty else "cut short"
            self._note_degraded(f"layer `{self.layer.name}`: {missing}: {refusal.message}")
            return
        free = [i for i in range(self.out.width) if not self.out.is_decided(i)]
        wanted = max(work.inflow.wanted for work in self._works)
        through = await come_by_now(self.inflow, wanted, len(free))
        self.out.reopen_refused()
        for index, candidate in zip(free, through, strict=False):
            self.out.put(index, candidate)
        passed = f"{len(through)} candidates go on as they came" if through else "it made nothing"
        self._note_degraded(f"layer `{self.layer.name}` was left out, {passed}: {refusal.message}")

    def _when_ready(self, start: Callable[[], None]) -> None:
        """Call *start* when there is something to work on: tests, if read, and a candidate."""
        if self.inflow.width and not self._makes_tests:
            start = partial(self.inflow.when_first, start)
        if self._reads_tests:
            start = partial(self.inflow.tests.when_settled, start)
        start()

    def _tell_decided(self) -> None:
        """Tell of the progress, and end the work when there are as many as are enough."""
        self._clock.tell_progress()
        quorum, out = self.layer.quorum, self.out
        if quorum is not None and out.filled >= quorum and out.decided < out.width:
            self._has_quorum = True
            self._scope.cancel()

    def _go_on_with_quorum(self) -> None:
        """Leave the rest out; so it was wanted, and nothing is degraded."""
        for nested in self.nested:
            nested.pipeline.abandon()
        missing = [str(index + 1) for index in self.out.empty]
        said = f"{self.out.filled} of {self.out.width} places are filled, `quorum` is "
        said += f"{self.layer.quorum}; left empty: {', '.join(missing)}"
        self._tools.recorder.note(Note(self.layer.name, "", "quorum", said))

    def _cancel_work(self, index: int) -> None:
        for work in self._works:
            if work.offset <= index < work.offset + work.width:
                work.doer.cancel_job(index - work.offset)

    def _note_degraded(self, message: str) -> None:
        self._is_cut = True
        self._tools.recorder.note(Note(self.layer.name, "", "degraded", message))
