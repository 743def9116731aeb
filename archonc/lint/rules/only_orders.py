"""L001: a ranker or an evaluator that keeps all that flows in."""

from __future__ import annotations

from archon_runtime.plan import Choose
from archonc.check.typed import CheckedArchitecture, CheckedLayer, CheckedStep
from archonc.lint.layers import (
    asks_again,
    has_option,
    option_of,
    orders,
    own_steps,
    place_of,
    remakes,
)
from archonc.lint.report import Report

__all__ = ["check"]


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find steps that only order candidates, where nothing after them uses the order."""
    layers = architecture.layers
    used = architecture.answer.choose is not Choose.RANDOM
    for index in reversed(range(len(layers))):
        if not asks_again(layers, index) and not asks_again(layers, index + 1):
            for step in own_steps(layers[index]):
                _check_step(step, used, report)
        used = _uses_order(layers[index], used)


def _uses_order(layer: CheckedLayer, after: bool) -> bool:
    """Tell whether the order matters in which candidates flow into a layer."""
    if any(option_of(step, "first") is not None for step in own_steps(layer)):
        return True
    ends_it = remakes(layer) or any(orders(step) for step in own_steps(layer))
    return after and not ends_it and layer.outflow.arity.high != 1


def _check_step(step: CheckedStep, used: bool, report: Report) -> None:
    inflow = step.inflow.arity
    if not has_option(step, "keep") or step.outflow.arity != inflow:
        return
    name = step.technique.name
    if inflow.high == 1:
        message = f"`{name}` is given one candidate: there is nothing to choose from"
        label = "changes nothing"
    elif orders(step) and not used:
        message = f"`{name}` keeps all {inflow} candidates that flow in"
        label = "changes only their order, which nothing after it uses"
    else:
        return
    help_line = "let more candidates flow in, or take it out"
    if inflow.high != 1:
        help_line = "say how many of the best to keep, `keep: …`, or take it out"
    report.warn(place_of(step, "keep"), message, label, anchor=step.span, helps=(help_line,))
