"""What a technique may do, bound to one step of one run: the `Context` it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import anyio

from archon_runtime.budget import BudgetRefusal
from archon_runtime.candidate import Candidate, CheckResult
from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Message
from archon_runtime.errors import StepFailed
from archon_runtime.open_call import Ask
from archon_runtime.places import CURRENT_JOB, Job
from archon_runtime.plan import OnExhausted, model_chain
from archon_runtime.prompt import Prompt
from archon_runtime.question import Question
from archon_runtime.run_tools import RunTools, StepPlace
from archon_runtime.stream import Stream, StreamView
from archon_runtime.techniques.base import Check, Technique
from archon_runtime.together import run_together
from archon_runtime.trace import Note
from archon_runtime.usage import dearest

__all__ = ["StepContext"]


class StepContext:
    """One step's `Context`. `refusals` are the budget's, where it degrades."""

    def __init__(
        self,
        tools: RunTools,
        place: StepPlace,
        technique: Technique[object],
        inflow: StreamView,
        out: Stream,
    ) -> None:
        self._tools = tools
        self._place = place
        self._technique = technique
        self.inflow = inflow
        self._out = out
        self._jobs: dict[int, Job] = {}
        self.refusals: list[BudgetRefusal] = []

    @property
    def question(self) -> Question:
        """The question being answered."""
        return self._tools.question

    @property
    def prompt(self) -> Prompt:
        """The user's prompt for this step, or the technique's own."""
        if self._place.step.prompt is not None:
            return self._tools.plan.prompts[self._place.step.prompt]
        return self._technique.default_prompt or Prompt(user="")

    async def ask(
        self, messages: Sequence[Message], *, sample: int = 0, turn: int = 0
    ) -> ChatResponse:
        """Ask the step's model for one completion.

        A model with a seed gets another one for each sample, since the same seed
        would give the same answer again.
        """
        step = self._place.step
        if step.model is None:
            raise StepFailed("the step has no model to ask", place=self._place.step.id)
        models = self._tools.plan.models
        chain = model_chain(models, step.model)
        asks = [
            self._make_ask(chain[index:], tuple(messages), sample, turn)
            for index in range(len(chain))
        ]
        return await self._tools.calls.ask(*asks)

    def _make_ask(
        self, chain: Sequence[str], messages: tuple[Message, ...], sample: int, turn: int
    ) -> Ask:
        """Ask the first model of *chain*; the others are its fallbacks."""
        step, models = self._place.step, self._tools.plan.models
        model = models[chain[0]]
        request = ChatRequest(
            model=model.model,
            messages=messages,
            purpose=step.technique,
            sample=sample,
            temperature=model.temperature,
            top_p=model.top_p,
            max_tokens=model.max_tokens,
            stop=model.stop,
            seed=None if model.seed is None else model.seed + sample,
            logprobs=model.logprobs,
            extra=model.extra,
        )
        price = dearest(p for each in chain if (p := models[each].price) is not None)
        index, layer = self._place.layer_index, self._place.layer.name
        return Ask(index, layer, step.id, chain[0], model, request, turn, price)

    async def check(
        self, check: Check, text: str, *, trusted: bool, timeout_s: float
    ) -> CheckResult:
        """Run a check on a text, with the question and its data."""
        return await self._tools.check(check, text, trusted=trusted, timeout_s=timeout_s)

    async def side_by_side(
        self,
        jobs: Sequence[Callable[[], Awaitable[None]]],
        *,
        until: Callable[[], bool] | None = None,
    ) -> None:
        """Run jobs concurrently; job *i* is cancelled when place *i* becomes unneeded.

        With `until` jobs belong to no places: which job fills which place shows only
        when they end, so an unneeded place says nothing about any one of them. A technique
        that works on demand has job *i* started when place *i* is wanted of it; with
        `until`, when it wants place *i* of what flows in.
        """
        tied = until is None
        order: Sequence[int] = range(len(jobs))
        when: Callable[[int], Awaitable[None]] | None = None
        if self._technique.works_on_demand():
            when = self.inflow.until_wanted
            if tied:
                # Jobs without a place of their own wait for no demand, so they come first.
                free = order[self._place.width :]
                order = (*free, *order[: self._place.width])
                when = partial(self._until_wanted, len(free))
        await run_together(
            (partial(self._run_job, index, jobs[index], tied=tied) for index in order),
            until=until,
            when=when,
            at_once=self._at_once(),
        )

    def _at_once(self) -> int | None:
        """Tell how many jobs can have something to do, if that is all they wait for.

        Jobs that read what flows in must all be there, so that it is known who needs what.
        """
        step = self._place.step
        reads = step.inflow.arity.high != 0 or self._technique.reads_tests()
        if reads or step.model is None:
            return None
        return self._tools.calls.most_at_once(self._tools.plan.models[step.model].provider)

    def new_candidate(self, sample: int, reply: ChatResponse) -> Candidate:
        """Make a candidate of a reply, with an identity of its own."""
        return Candidate(
            id=f"{self._place.step.id}#{sample}",
            text=reply.text,
            model=reply.model or self._place.step.model or "",
            truncated=reply.finish_reason is FinishReason.LENGTH,
        )

    def put(self, index: int, candidate: Candidate) -> None:
        """Fill one place of the step's output."""
        self._check_place(index)
        self._out.put(self._place.offset + index, candidate)

    def drop(self, index: int, reason: str) -> None:
        """Leave one place of the step's output empty for good."""
        self._check_place(index)
        self._out.close(self._place.offset + index)
        self.note("dropped", f"place {index + 1} stays empty: {reason}")

    def put_tests(self, tests: Sequence[str]) -> None:
        """Give the unit tests that flow on from here."""
        if not self._technique.makes_tests:
            raise StepFailed("the technique gave unit tests and is not one that writes them")
        self._out.tests.settle(tuple(tests))

    def note(self, kind: str, message: str) -> None:
        """Write in the trace."""
        place = self._place
        self._tools.recorder.note(Note(place.layer.name, place.step.id, kind, message))

    def absorb(self, refusal: BudgetRefusal) -> None:
        """Go on without what the budget refused, if it says so; else raise it."""
        if refusal.on_exhausted is OnExhausted.FAIL:
            raise refusal
        self.refusals.append(refusal)

    def cancel_job(self, index: int) -> None:
        """Stop the job of a place that became unneeded."""
        job = self._jobs.get(index)
        if job is not None and job.tied:
            job.scope.cancel()

    async def _run_job(self, index: int, job: Callable[[], Awaitable[None]], *, tied: bool) -> None:
        refused = False
        with anyio.CancelScope() as scope:
            running = self._jobs[index] = Job(scope, tied)
            if tied and self._is_unneeded(index):
                # It runs up to its first wait all the same, which shows what it waits for.
                scope.cancel()
            CURRENT_JOB.set(running)
            try:
                await job()
            except BudgetRefusal as refusal:
                refused = True
                self.absorb(refusal)
                await self._make_do_without(index, tied=tied)
            finally:
                del self._jobs[index]
        if scope.cancel_called:
            self._drop_waits(running)
        elif tied and not refused and self._technique.works_on_demand():
            self._leave_empty(index)

    async def _make_do_without(self, index: int, *, tied: bool) -> None:
        """Hold up nobody with what the budget refused."""
        if self._technique.makes_tests:
            earlier = await self.inflow.tests()
            if not self._out.tests.is_settled:
                self._out.tests.settle(earlier)
        elif tied and index < self._place.width:
            self._out.refuse(self._place.offset + index)

    async def _until_wanted(self, free: int, index: int) -> None:
        if index >= free:
            await self._out.until_wanted(self._place.offset + index - free)

    def _leave_empty(self, index: int) -> None:
        """Close the place of a job that did not fill it: who wants more waits for that."""
        if index < self._place.width:
            self._out.close(self._place.offset + index)

    def _is_unneeded(self, index: int) -> bool:
        return index < self._place.width and self._out.is_decided(self._place.offset + index)

    def _drop_waits(self, job: Job) -> None:
        """Nobody needs what only a cancelled job was waiting for."""
        others = [waits for other in self._jobs.values() for waits in other.waits]
        for waited in job.waits.difference(others):
            self.inflow.unneeded(waited)

    def _check_place(self, index: int) -> None:
        if not 0 <= index < self._place.width:
            raise StepFailed(
                f"the technique filled place {index} of {self._place.width}",
                place=self._place.step.id,
            )
