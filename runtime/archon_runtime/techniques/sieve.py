"""Judge candidates one by one as they come, and let through those that pass.

What `checker`, `verifier` and `unit_test_evaluator` have in common: who goes on, in
which place, what work is stopped, and what happens if the budget cuts it short.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from archon_runtime.bounds import Range
from archon_runtime.candidate import Candidate
from archon_runtime.classes import dataclass
from archon_runtime.errors import ArchonError
from archon_runtime.flow import Arity
from archon_runtime.techniques.base import Context, Inflow

__all__ = ["Sieve", "first_wave", "judged_of", "sift", "take_first"]


@dataclass(frozen=True, slots=True)
class Sieve:
    """How to sift.

    `judge` takes a candidate and its index and gives it back with what was found;
    `passed` and `reason` read that. `first`: only so many that pass go on. `if_none`
    chooses who goes on if all were judged and none passed; it may raise instead.
    """

    judge: Callable[[Candidate, int], Awaitable[Candidate]]
    passed: Callable[[Candidate], bool]
    reason: Callable[[Candidate], str]
    if_none: Callable[[Sequence[Candidate]], Sequence[Candidate]]
    first: int | None = None


def judged_of(arity: Arity, first: int | None) -> Range:
    """Tell how many candidates are judged: with `first` perhaps no more than so many."""
    return Range(arity.low if first is None else min(arity.low, first), arity.high)


def first_wave(first: int) -> int:
    """Tell how many candidates to ask for before any is judged."""
    return _so_many(first, judged=0, passed=0)


async def take_first(candidates: Inflow, most: int) -> list[Candidate]:
    """Wait for the first *most* candidates, and ask for no more than those."""
    taken: list[Candidate] = []
    candidates.want(most)
    for index in range(candidates.width):
        candidate = await candidates.get(index) if len(taken) < most else None
        if candidate is not None:
            taken.append(candidate)
    return taken


async def sift(ctx: Context, candidates: Inflow, sieve: Sieve) -> None:
    """Judge all side by side; who goes on where follows from the order of candidates alone."""
    run = _Run(ctx, candidates, sieve)
    run.ask_for_more()
    jobs = [partial(run.judge, index) for index in range(candidates.width)]
    # Without `first` each job fills its own place, and ends when that is unneeded.
    await ctx.side_by_side(jobs, until=None if sieve.first is None else run.is_settled)
    run.finish()


class _Run:
    """What was found until now, and which places are filled.

    Without `first`, a candidate keeps its place, so that it flows on at once. With
    it, the k-th that passes takes place k, once all before it are known.
    """

    def __init__(self, ctx: Context, candidates: Inflow, sieve: Sieve) -> None:
        self._ctx = ctx
        self._candidates = candidates
        self._sieve = sieve
        self._found: dict[int, Candidate | None] = {}
        self._failed = 0
        self._passed_count = 0
        self._wanted = 0
        self._closed: set[int] = set()
        self._placed = 0
        self._decided = 0
        self._needed = candidates.width

    def is_settled(self) -> bool:
        """Tell whether as many as asked for went on, or no more are asked for."""
        is_over = self._failed > 0 and self._known >= self._wanted
        return self._placed == self._sieve.first or is_over

    async def judge(self, index: int) -> None:
        """Wait for one candidate, judge it, and let through what can be let through."""
        candidate = await self._candidates.get(index)
        if candidate is not None:
            try:
                candidate = await self._sieve.judge(candidate, index)
            except ArchonError:
                self._failed += 1
                raise
        self._found[index] = candidate
        self._passed_count += self._passed(candidate)
        self.ask_for_more()
        if self._sieve.first is None:
            self._fill_own_place(index, candidate)
        else:
            self._fill_next_places(self._sieve.first)

    def ask_for_more(self) -> None:
        """Want as many more candidates as are likely to hold those that are missing.

        None, once the budget refused to have one judged: more would only be paid for.
        """
        first, passed = self._sieve.first, self._passed_count
        if first is not None and passed < first and not self._failed:
            known = self._known
            more = known + _so_many(first - passed, known, passed)
            self._wanted = max(self._wanted, min(more, self._candidates.width))
            self._candidates.want(self._wanted)

    @property
    def _known(self) -> int:
        """So many candidates were judged, did not come, or cannot be judged."""
        return len(self._found) + self._failed

    def finish(self) -> None:
        """If none passed, let those go on that `if_none` chooses."""
        if self._sieve.first is not None:
            self._skip_unjudged(self._sieve.first)
        judged = [found for _, found in sorted(self._found.items()) if found is not None]
        if self._placed or self._failed:
            # Where the budget left some unjudged, nobody knows that none would have passed.
            return
        chosen = self._sieve.if_none(judged) if judged else ()
        for place, candidate in enumerate(chosen):
            self._ctx.put(place, candidate)

    def _passed(self, candidate: Candidate | None) -> bool:
        return candidate is not None and self._sieve.passed(candidate)

    def _fill_own_place(self, index: int, candidate: Candidate | None) -> None:
        if candidate is not None and self._passed(candidate):
            self._ctx.put(index, candidate)
            self._closed.add(index)
            self._placed += 1
        if not self._placed:
            return  # those that did not pass may still have to go on
        for place in sorted(self._found.keys() - self._closed):
            found = self._found[place]
            reason = "no candidate came" if found is None else self._why_not(found)
            self._ctx.drop(place, reason)
            self._closed.add(place)

    def _fill_next_places(self, first: int) -> None:
        if self._passed_count >= first:
            passed = sorted(index for index, found in self._found.items() if self._passed(found))
            # So many pass up to this place that none behind it can be among the first.
            for index in range(passed[first - 1] + 1, self._needed):
                self._candidates.unneeded(index)
            self._needed = min(self._needed, passed[first - 1] + 1)
        while self._placed < first and self._decided in self._found:
            self._place_next()

    def _place_next(self) -> None:
        candidate = self._found[self._decided]
        self._decided += 1
        if candidate is not None and self._passed(candidate):
            self._ctx.put(self._placed, candidate)
            self._placed += 1
        elif candidate is not None:
            self._ctx.note("choice", self._why_not(candidate))

    def _why_not(self, candidate: Candidate) -> str:
        return f"{candidate.id} did not pass: {self._sieve.reason(candidate)}"

    def _skip_unjudged(self, first: int) -> None:
        """Place what was found behind candidates that the budget left unjudged."""
        while self._placed < first and self._decided < self._candidates.width:
            if self._decided in self._found:
                self._place_next()
            else:
                self._decided += 1


def _so_many(missing: int, judged: int, passed: int) -> int:
    """Tell how many candidates to have under way, so that *missing* of them may pass.

    The share that passes is taken by the rule of succession (Laplace): of n judged, p
    passed, so the next one does with (p + 1) / (n + 2). For the first that passes these
    are 2 at the start and n + 2 after n failures: whatever the share is, at most twice as
    many are begun as were needed, and the waves needed are the logarithm of that number.
    """
    return -(-missing * (judged + 2) // (passed + 1))
