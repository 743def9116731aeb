"""L007: `max_tokens` is missing under a limit on tokens or cost."""

from __future__ import annotations

from archonc.check.typed import CheckedArchitecture, CheckedStep, PricedModel
from archonc.diagnostic.diagnostic import Label
from archonc.lint.limits import Limit, limits_of
from archonc.lint.report import Report
from archonc.resolve.symbols import ModelSymbol
from archonc.source import Span

__all__ = ["check"]


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find models that leave the bound of a limit open; each is reported once."""
    reported: set[Span] = set()
    for limit in limits_of(architecture):
        if limit.most is not None or limit.name == "calls":
            continue
        for step, model in _open_in(limit):
            if model.span not in reported:
                reported.add(model.span)
                _report(step, model, limit, report)


def _open_in(limit: Limit) -> list[tuple[CheckedStep, ModelSymbol]]:
    found = [
        (step, step.model)
        for step in limit.steps
        if step.model is not None and step.model.symbol.spec.max_tokens is None
    ]
    # A free model leaves the cost open only if one that is paid for reads what it writes.
    paid = [each for each in found if limit.name != "cost" or not _is_free(each[1])]
    return [(step, model.symbol) for step, model in paid or found]


def _is_free(model: PricedModel) -> bool:
    price = model.price
    return price is not None and price.prompt_usd == 0 and price.completion_usd == 0


def _report(step: CheckedStep, model: ModelSymbol, limit: Limit, report: Report) -> None:
    # A model of another file is named where this file uses it, or pays for it.
    places = (model.span, step.span, limit.span)
    report.warn(
        next((each for each in places if report.owns(each)), model.span),
        f"`{model.name}` has no `max_tokens`, and {limit.owner} limits `{limit.name}`",
        "its replies may be of any length",
        secondary=(Label(limit.span, "may be used up by one reply"),),
        helps=(f"give `{model.name}` a `max_tokens`, so that what can be spent is bounded",),
    )
