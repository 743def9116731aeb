"""checker: run a check of the user's on each candidate; those that pass go on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from archon_runtime.bounds import Bounds, Sizes
from archon_runtime.candidate import Candidate
from archon_runtime.classes import dataclass, replace
from archon_runtime.errors import StepFailed
from archon_runtime.flow import Attachment, Flow, FlowProblem
from archon_runtime.techniques.base import (
    Check,
    Context,
    Inflow,
    OptionKind,
    Technique,
    option,
)
from archon_runtime.techniques.problem import (
    OptionProblem,
    first_too_many,
    nothing_to_work_on,
    some_of,
)
from archon_runtime.techniques.sieve import Sieve, sift

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

    def enough(self) -> int | None:
        """So many may pass at once as are looked for."""
        return self.options.first

    def flow(self, inflow: Flow) -> Flow | FlowProblem:
        """Let at least one through, and at most `first`, unless none passes and all may go on."""
        first = self.options.first
        problem = nothing_to_work_on(self.name, inflow) or first_too_many(
            self.name, first, inflow, "that pass"
        )
        if problem:
            return problem
        most = None if self.options.on_none == "pass" else first
        return inflow.keep(some_of(inflow.arity, most), self.adds)

    def bounds(self, inflow: Flow, sizes: Sizes) -> Bounds:
        """Nothing: no model is asked."""
        return Bounds()

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        """Check all side by side; places follow from the order of candidates alone."""

        async def check(candidate: Candidate, index: int) -> Candidate:
            result = await ctx.check(
                self.options.check,
                candidate.text,
                trusted=self.options.trusted,
                timeout_s=self.options.timeout,
            )
            return replace(candidate, result=result)

        none = partial(self._if_none, ctx)
        await sift(ctx, candidates, Sieve(check, _passed, _reason, none, self.options.first))

    def _if_none(self, ctx: Context, checked: Sequence[Candidate]) -> Sequence[Candidate]:
        none = f"none of {len(checked)} candidates passed the check"
        if self.options.on_none == "fail":
            raise StepFailed(
                f"{none}; of the first it said: {_reason(checked[0])}",
                help="let more candidates flow in, or write `on_none: pass` to let all go on",
            )
        ctx.note("fallback", f"{none}; all go on")
        return checked


def _passed(candidate: Candidate) -> bool:
    return candidate.result is not None and candidate.result.passed


def _reason(candidate: Candidate) -> str:
    return (candidate.result and candidate.result.reason) or "no reason given"
