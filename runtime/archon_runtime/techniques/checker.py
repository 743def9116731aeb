"""checker: run a check of the user's on each candidate; those that pass go on."""

from __future__ import annotations

from functools import partial

from archon_runtime.bounds import Bounds, Sizes
from archon_runtime.candidate import Candidate
from archon_runtime.classes import dataclass, replace
from archon_runtime.errors import StepFailed
from archon_runtime.flow import Arity, Attachment, Flow, FlowProblem, FlowRule
from archon_runtime.techniques.base import (
    Check,
    Context,
    Inflow,
    OptionKind,
    Technique,
    option,
)
from archon_runtime.techniques.problem import OptionProblem, nothing_to_work_on

__all__ = ["Checker", "CheckerOptions"]


@dataclass(frozen=True, slots=True)
class CheckerOptions:
    """Options of `checker`."""

    check: Check = option(
        OptionKind.CHECK,
        "What to run on each candidate.",
        positional=True,
    )
    trusted: bool = option(
        OptionKind.FLAG,
        "The function never executes the candidate, so it needs no sandbox: it runs in a "
        "plain worker process with a time limit, on any machine. Only for `python(…)`.",
        default=False,
    )
    first: int | None = option(
        OptionKind.COUNT,
        "Keep only so many of those that pass, by their order, and stop the work on the rest; "
        "without it, all that pass.",
        default=None,
        low=1,
        unit="candidates",
    )
    on_none: str = option(
        OptionKind.WORD,
        "What to do if none passes: end the run with an error, or let all go on, with what "
        "the check said.",
        default="fail",
        words=("fail", "pass"),
    )
    timeout: float = option(
        OptionKind.DURATION,
        "How long one check may take; longer is not passed.",
        default=10.0,
        low=1,
        high=3600,
        unit="seconds",
    )


class Checker(Technique[CheckerOptions]):
    """Check each candidate as soon as it is there; let those through that pass.

    `first: k` lets the first k by index through, whatever order the checks end in.
    """

    name = "checker"
    summary = "keeps the candidates that pass a check of yours"
    takes_model = False
    options_type = CheckerOptions
    adds = frozenset({Attachment.RESULT})

    def option_problems(self) -> tuple[OptionProblem, ...]:
        """Tell that a command cannot be trusted: it executes whatever it likes."""
        if not (self.options.trusted and self.options.check.command):
            return ()
        return (
            OptionProblem(
                "trusted",
                "only a `python(…)` check can be trusted, this one is a command",
                'leave `trusted` out, or write the check as `python("file.py:function")`',
            ),
        )

    def flow(self, inflow: Flow) -> Flow | FlowProblem:
        """Let at least one through, and at most `first`, unless none passes and all may go on."""
        nothing = nothing_to_work_on(self.name, inflow)
        if nothing:
            return nothing
        first, high = self.options.first, inflow.arity.high
        if first is not None and high is not None and first > high:
            return FlowProblem(
                FlowRule.KEEPS_TOO_MANY,
                f"`checker` keeps the first {first} that pass but only {inflow.arity} flow in",
                option="first",
                help=f"write `first: {high}`, or let more candidates flow in",
                replacement=str(high),
            )
        if first is not None and self.options.on_none == "fail":
            high = inflow.arity.at_most(first).high
        return Flow(Arity(min(1, inflow.arity.low), high), inflow.attachments | self.adds)

    def bounds(self, inflow: Flow, sizes: Sizes) -> Bounds:
        """Nothing: no model is asked."""
        return Bounds()

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        """Check all side by side; places follow from the order of candidates alone."""
        run = _Run(self.options, ctx, candidates)
        jobs = [partial(run.check, index) for index in range(candidates.width)]
        # Without `first` each job fills its own place, and ends when that is unneeded.
        await ctx.side_by_side(jobs, until=run.is_settled if self.options.first else None)
        run.finish()


class _Run:
    """The state of one `apply`: what was found, and which places are filled.

    Without `first`, a candidate keeps its place, so that it flows on at once. With
    it, the k-th that passes takes place k, once all before it are known.
    """

    def __init__(self, options: CheckerOptions, ctx: Context, candidates: Inflow) -> None:
        self._options = options
        self._ctx = ctx
        self._candidates = candidates
        self._found: dict[int, Candidate | None] = {}
        self._closed: set[int] = set()
        self._placed = 0
        self._decided = 0
        self._needed = candidates.width

    def is_settled(self) -> bool:
        """Tell whether as many as asked for went on."""
        return self._placed == self._options.first

    async def check(self, index: int) -> None:
        """Wait for one candidate, check it, and let through what can be let through."""
        candidate = await self._candidates.get(index)
        if candidate is not None:
            result = await self._ctx.check(
                self._options.check,
                candidate.text,
                trusted=self._options.trusted,
                timeout_s=self._options.timeout,
            )
            candidate = replace(candidate, result=result)
        self._found[index] = candidate
        if self._options.first is None:
            self._fill_own_place(index, candidate)
        else:
            self._fill_next_places(self._options.first)

    def finish(self) -> None:
        """If none passed, let all go on or fail, as `on_none` says."""
        given = [self._found[index] for index in sorted(self._found)]
        checked = [candidate for candidate in given if candidate is not None]
        if self._placed or not checked:
            return
        none = f"none of {len(checked)} candidates passed the check"
        if self._options.on_none == "fail":
            raise StepFailed(
                f"{none}; of the first it said: {_reason(checked[0])}",
                help="let more candidates flow in, or write `on_none: pass` to let all go on",
            )
        self._ctx.note("fallback", f"{none}; all go on")
        for place, candidate in enumerate(checked):
            self._ctx.put(place, candidate)

    def _fill_own_place(self, index: int, candidate: Candidate | None) -> None:
        if candidate is not None and _passed(candidate):
            self._ctx.put(index, candidate)
            self._closed.add(index)
            self._placed += 1
        if not self._placed and self._options.on_none == "pass":
            return  # those that failed may still have to go on
        for place in sorted(self._found.keys() - self._closed):
            self._ctx.drop(place, _reason(self._found[place]))
            self._closed.add(place)

    def _fill_next_places(self, first: int) -> None:
        passed = sorted(index for index, found in self._found.items() if _passed(found))
        if len(passed) >= first:
            # So many pass up to this place that none behind it can be among the first.
            for index in range(passed[first - 1] + 1, self._needed):
                self._candidates.unneeded(index)
            self._needed = min(self._needed, passed[first - 1] + 1)
        while self._placed < first and self._decided in self._found:
            candidate = self._found[self._decided]
            if candidate is not None and _passed(candidate):
                self._ctx.put(self._placed, candidate)
                self._placed += 1
            elif candidate is not None:
                self._ctx.note("choice", f"{candidate.id} did not pass: {_reason(candidate)}")
            self._decided += 1


def _passed(candidate: Candidate | None) -> bool:
    return candidate is not None and candidate.result is not None and candidate.result.passed


def _reason(candidate: Candidate | None) -> str:
    if candidate is None or candidate.result is None:
        return "no candidate came"
    return candidate.result.reason or "no reason given"
