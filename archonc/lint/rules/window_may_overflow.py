"""L006: a prompt that may overflow its window."""

from __future__ import annotations

from math import ceil

from archonc.check.typed import Assumptions, CheckedArchitecture, CheckedStep
from archonc.diagnostic.diagnostic import Label
from archonc.lint.layers import own_steps
from archonc.lint.report import Report

__all__ = ["check"]


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find steps whose prompt, with all that is assumed, leaves no room for the answer."""
    for layer in architecture.layers:
        for step in own_steps(layer):
            _check_step(step, architecture.assumed, report)


def _check_step(step: CheckedStep, assumed: Assumptions, report: Report) -> None:
    bounds, model = step.bounds, step.model
    if model is None or model.symbol.spec.window is None or not bounds.calls.most:
        return
    if bounds.prompt_tokens.most is None:
        return
    # The average over a step's calls: if that is too long, so is the longest.
    prompt = ceil(bounds.prompt_tokens.most / bounds.calls.most)
    window, own = model.symbol.spec.window, model.symbol.spec.max_tokens or 0
    if prompt + own <= window:
        return
    name = model.symbol.name
    answer = f" and an answer of up to {own:,}" if own else ""
    fewer = "let fewer or shorter candidates flow in, or " if step.inflow.arity.low else ""
    report.warn(
        step.span,
        f"a prompt of up to {prompt:,} tokens{answer} may overflow the window of `{name}`, "
        f"which holds {window:,}",
        f"may be {prompt + own - window:,} tokens too long",
        secondary=(
            Label(model.symbol.spans.get("window", model.symbol.span), f"{window:,} tokens"),
        ),
        notes=(
            f"this takes a question to have {assumed.question_tokens:,} tokens, every candidate "
            "to be as long as it may be, and a text to have as many tokens as bytes",
        ),
        helps=(f"{fewer}lower `max_tokens` of `{name}`" if own else f"{fewer}use a wider window",),
    )
