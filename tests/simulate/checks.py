"""What must be true of a played case; each sentence that comes back is a broken promise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archon_runtime.budget import BudgetRefusal
from archon_runtime.errors import ArchonError, BudgetExceeded, RunStopped, StepFailed
from archon_runtime.plan import Choose, LayerSpec, NestedSpec, OnExhausted, walk_layers, walk_nested
from archon_runtime.result import Result
from archon_runtime.usage import NOTHING
from tests.simulate.case import Case
from tests.simulate.play import Played, Report

__all__ = ["broken_promises", "differences", "had_effect", "is_limited"]

_SLACK_S = 1e-3


def broken_promises(played: Played) -> list[str]:
    """Check all runs of a case after their end."""
    broken = ["a run never ended"] if played.has_hung else []
    if played.left_active:
        broken.append(f"{played.left_active} calls are still under way at the end")
    for report in played.reports:
        broken += dict.fromkeys(report.audit.found)
        broken += _books(report)
        broken += _ends(report, played.case)
        broken += _arities(report, played.case)
        broken += _answers(report, played.case)
        broken += _starved(report, played.case)
    return broken


def _books(report: Report) -> Iterator[str]:
    """Nothing stays reserved, and the ledgers hold what the providers billed."""
    for ledger, tally in report.audit.tallies.items():
        if ledger.reserved != NOTHING:
            yield f"{ledger.name}: {ledger.reserved} stays reserved"
        if ledger.spent != tally.spent:
            yield f"{ledger.name}: the ledger says {ledger.spent}, the calls {tally.spent}"
    spent, outcome = report.ledger.spent, report.outcome
    told = sum((call.usage for call in report.audit.finished_calls), NOTHING)
    if told != spent:
        yield f"the events tell {told} and the ledger {spent}"
    if outcome is not None and outcome.usage != spent:
        yield f"the outcome tells {outcome.usage} and the ledger {spent}"
    if isinstance(outcome, Result):
        traced = sum((layer.usage for layer in outcome.trace.layers), NOTHING)
        if traced != spent:
            yield f"the trace tells {traced} and the ledger {spent}"


def _ends(report: Report, case: Case) -> Iterator[str]:
    """A run ends when its time is over, or it was stopped or cancelled; not a moment later."""
    budget = case.plan.spec.budget
    ends = [report.stopped_s, report.cancelled_s]
    if budget is not None and budget.time_s is not None:
        ends.append(report.began_s + budget.time_s)
    for end in ends:
        if end is not None and report.ended_s > end + _SLACK_S:
            yield f"the run went on for {report.ended_s - end} s after its end"


def _arities(report: Report, case: Case) -> Iterator[str]:
    """No layer leaves more candidates than was proved; fewer only where something was cut."""
    layers = case.plan.spec.layers
    for layer in walk_layers(layers):
        high = layer.outflow.arity.high
        most = report.audit.most_candidates[layer.name]
        if high is not None and most > high:
            yield f"layer `{layer.name}` made {most} candidates of at most {high}"
    if not isinstance(report.outcome, Result) or had_effect(report, case):
        return
    made = {layer.layer: len(layer.outflow) for layer in report.outcome.trace.layers}
    for layer in _uncut(layers):
        if made[layer.name] < layer.outflow.arity.low:
            yield f"layer `{layer.name}` made {made[layer.name]} of at least {layer.outflow.arity}"


def _uncut(layers: Sequence[LayerSpec]) -> Iterator[LayerSpec]:
    """The layers whose every candidate is needed.

    `first` leaves places before it unneeded; the answer of a nested architecture may be
    known before its other candidates are there.
    """
    for layer in reversed(layers):
        yield layer
        for step in layer.steps:
            if isinstance(step, NestedSpec) and step.answer.choose is not Choose.FIRST:
                yield from _uncut(step.layers)
        if any("first" in getattr(step, "options", ()) for step in layer.steps):
            return


def _answers(report: Report, case: Case) -> Iterator[str]:
    """One candidate is an answer, unless the plan says that it shall fail."""
    outcome = report.outcome
    if isinstance(outcome, Result):
        if not outcome.answers or not outcome.answer:
            yield "the result has no answer"
        return
    if not any(report.audit.most_candidates.values()):
        return
    budget = case.plan.spec.budget
    fails = budget is not None and budget.on_exhausted is OnExhausted.FAIL
    match outcome:
        case BudgetRefusal(on_exhausted=OnExhausted.DEGRADE) | RunStopped():
            if not fails:
                yield f"there was a candidate and no answer: {outcome}"
        case StepFailed() if had_effect(report, case) and "no candidate is left" in str(outcome):
            yield f"there was a candidate and no answer: {outcome}"
        case _:
            pass


def _starved(report: Report, case: Case) -> Iterator[str]:
    """Calls that are enough for the least of every layer leave none without any."""
    spec, audit = case.plan.spec, report.audit
    inner = [layer.budget for layer in walk_layers(spec.layers)]
    inner += [nested.budget for nested in walk_nested(spec.layers)]
    calls = spec.budget.calls if spec.budget else None
    if calls is None or any(each and each.calls is not None for each in inner):
        return
    if audit.failures or calls < audit.least_calls:
        return
    for note in audit.notes:
        left_out = (
            "was left out" in note.message and f"`calls` is limited to {calls}:" in note.message
        )
        if left_out and audit.is_starved(note.layer):
            yield f"layer `{note.layer}` got none of {calls} calls, which are enough for all"


def is_limited(report: Report) -> bool:
    """Tell whether a limit of a budget took effect."""
    notes = report.audit.notes
    return isinstance(report.outcome, BudgetExceeded) or any(
        note.kind == "clipped" or (note.kind == "degraded" and "is limited to" in note.message)
        for note in notes
    )


def had_effect(report: Report, case: Case) -> bool:
    """Tell whether a limit, a time-out, a stop, a cancellation or a broken journal did."""
    cut = report.stopped_s is not None or report.cancelled_s is not None
    kinds = {note.kind for note in report.audit.notes}
    return cut or bool(case.journal_fails) or is_limited(report) or "degraded" in kinds


def differences(case: Case, first: Report, again: Report) -> Iterator[str]:
    """Compare two plays of one run with other times, where nothing but time could differ."""
    if had_effect(first, case) or had_effect(again, case):
        return
    one, other = first.outcome, again.outcome
    if isinstance(one, Result) and isinstance(other, Result):
        if (one.answers, one.candidates) != (other.answers, other.candidates):
            yield "the answer depends on the order of completion"
    elif isinstance(one, ArchonError) and isinstance(other, ArchonError):
        return  # which of several failures comes first is a matter of time
    elif not _speculates(case):
        yield f"an answer depends on the order of completion: {one!r}, {other!r}"


def _speculates(case: Case) -> bool:
    """Work that turns out to be unneeded may fail before that shows, or not."""
    return case.is_nested or any(
        "first" in getattr(step, "options", ())
        for layer in case.plan.spec.layers
        for step in layer.steps
    )
