"""voter: the answer that most candidates agree on. No model is asked."""

from __future__ import annotations

from archon_runtime.bounds import Bounds, Sizes
from archon_runtime.classes import dataclass, replace
from archon_runtime.errors import StepFailed
from archon_runtime.flow import Attachment, Flow, FlowProblem
from archon_runtime.techniques.base import (
    Context,
    Inflow,
    OptionKind,
    Technique,
    option,
)
from archon_runtime.techniques.extract import EXTRACTS, extract_answer
from archon_runtime.techniques.pattern import Pattern
from archon_runtime.techniques.pattern_compile import PatternInvalid, compile_pattern
from archon_runtime.techniques.problem import OptionProblem, nothing_to_work_on, some_of

__all__ = ["Voter", "VoterOptions"]


@dataclass(frozen=True, slots=True)
class VoterOptions:
    """Options of `voter`."""

    extract: str = option(
        OptionKind.WORD,
        "What the answer of a candidate is: its last number, the letter it chooses, its last "
        "line, or all of its text.",
        default="last_line",
        words=tuple(EXTRACTS),
    )
    pattern: str = option(
        OptionKind.TEXT,
        "A regular expression: the answer is looked for only in what its first group (or, "
        "without a group, all of it) matches first.",
        default="",
    )


class Voter(Technique[VoterOptions]):
    """Extract an answer from each candidate; the first of the biggest group goes on.

    Ties go to the group whose first candidate is earlier. A candidate without an answer
    does not vote; if none has one, the first candidate goes on.
    """

    name = "voter"
    summary = "keeps the answer that most candidates agree on"
    takes_model = False
    options_type = VoterOptions
    adds = frozenset({Attachment.VOTES})

    def option_problems(self) -> tuple[OptionProblem, ...]:
        """Tell whether the pattern cannot be used."""
        try:
            self._pattern()
        except PatternInvalid as problem:
            return (OptionProblem("pattern", problem.message, problem.help),)
        return ()

    def flow(self, inflow: Flow) -> Flow | FlowProblem:
        """Let exactly one through."""
        one = inflow.keep(some_of(inflow.arity, 1), self.adds)
        return nothing_to_work_on(self.name, inflow) or one

    def bounds(self, inflow: Flow, sizes: Sizes) -> Bounds:
        """Nothing: no model is asked."""
        return Bounds()

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        """Wait for all candidates and count."""
        given = await candidates.all()
        if not given:
            return
        try:
            pattern = self._pattern()
        except PatternInvalid as problem:
            raise StepFailed(problem.message, help=problem.help) from problem
        groups: dict[str, list[int]] = {}
        for index, candidate in enumerate(given):
            answer = extract_answer(candidate.text, self.options.extract, pattern)
            if answer is None:
                ctx.note("parse", f"candidate {candidate.id} has no answer and does not vote")
            else:
                groups.setdefault(answer, []).append(index)
        if not groups:
            ctx.note("fallback", "no candidate has an answer to count; the first one goes on")
            ctx.put(0, replace(given[0], votes=None))
            return
        # max keeps the first of equals, and groups are in the order of their first candidates.
        answer, voters = max(groups.items(), key=lambda group: len(group[1]))
        votes = sum(len(group) for group in groups.values())
        ctx.note("choice", f"{len(voters)} of {votes} votes for {answer[:80]!r}")
        ctx.put(0, replace(given[voters[0]], votes=len(voters)))

    def _pattern(self) -> Pattern | None:
        return compile_pattern(self.options.pattern) if self.options.pattern else None
