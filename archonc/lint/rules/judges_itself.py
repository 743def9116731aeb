"""L005: a model judges candidates that it alone wrote."""

from __future__ import annotations

from archonc.check.typed import (
    CheckedArchitecture,
    CheckedLayer,
    CheckedNested,
    CheckedStep,
    PricedModel,
)
from archonc.diagnostic.diagnostic import Label
from archonc.lint.layers import identity, own_steps, remakes
from archonc.lint.report import Report
from archonc.source import Span

__all__ = ["check"]

Writers = list[tuple[PricedModel, Span]]


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find judges of their own answers; of the same answers, one model is reported once."""
    writers: Writers = []
    judges: list[CheckedStep] = []
    for layer in architecture.layers:
        if remakes(layer):
            _report(writers, judges, report)
            writers, judges = _writers_of(layer), []
        elif len({identity(model) for model, _ in writers}) == 1:
            wrote = identity(writers[0][0])
            judges += [step for step in own_steps(layer) if _judges(step, wrote)]
    _report(writers, judges, report)


def _judges(step: CheckedStep, wrote: tuple[str, str]) -> bool:
    """Tell whether a step lets this model say something of candidates, and asks it at all."""
    if step.model is None or not step.technique.adds or step.bounds.calls.most == 0:
        return False
    return identity(step.model) == wrote


def _writers_of(layer: CheckedLayer) -> Writers:
    found: Writers = []
    for step in layer.steps:
        if not isinstance(step, CheckedNested):
            found += [(step.model, step.span)] if step.model else []
            continue
        last = next((each for each in reversed(step.layers) if remakes(each)), None)
        # To this layer, what a nested architecture answers was written by its component.
        found += [(model, step.span) for model, _ in _writers_of(last)] if last else []
    return found


def _report(writers: Writers, judges: list[CheckedStep], report: Report) -> None:
    if not judges or judges[0].model is None:
        return
    first, judge, writer = judges[0], judges[0].model.symbol.name, writers[0][0].symbol.name
    message = f"`{judge}` judges candidates that it alone wrote"
    if judge != writer:
        message = f"`{judge}` is the model that alone wrote what it judges, as `{writer}`"
    written = dict.fromkeys(span for _, span in writers)
    again = dict.fromkeys(step.span for step in judges[1:] if step.span != first.span)
    report.warn(
        first.span,
        message,
        "models favour what they wrote themselves",
        secondary=(
            *(Label(span, "written here") for span in written),
            *(Label(span, "judged here too") for span in again),
        ),
        helps=("let another model judge, or let a second model write as well",),
    )
