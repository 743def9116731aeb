"""Check that what a step shows its model can fit the model's context window."""

from __future__ import annotations

from typing import Any

from archon_runtime.bounds import Sizes
from archon_runtime.flow import Flow
from archon_runtime.techniques.base import Technique
from archonc.check.flow import WalkedLayer
from archonc.check.steps import DraftStep
from archonc.diagnostic.codes_check import MAX_TOKENS_FILL_WINDOW, WINDOW_TOO_SMALL
from archonc.diagnostic.diagnostic import DiagnosticSink, Label
from archonc.resolve.symbols import ModelSymbol, Unknown

__all__ = ["check_max_tokens", "check_window", "critiques_in_call", "shown_in_call"]


def check_max_tokens(model: ModelSymbol, sink: DiagnosticSink) -> None:
    """Report a `max_tokens` that leaves no room in the window for a question."""
    window, most = model.spec.window, model.spec.max_tokens
    if window is None or most is None or most < window:
        return
    known = "window" in model.spans
    sink.error(
        MAX_TOKENS_FILL_WINDOW,
        f"`max_tokens` of `{model.name}` is {most:,}, and its window holds {window:,} in all",
        model.spans["max_tokens"],
        "leaves no room for a question",
        secondary=(Label(model.spans["window"], "the window"),) if known else (),
        helps=("the window holds the prompt and the answer: lower `max_tokens`",),
    )


def check_window(step: DraftStep, layer: WalkedLayer, sink: DiagnosticSink) -> None:
    """Report a step whose candidates, each of `max_tokens`, are larger than the window.

    Nothing is assumed here: neither the question nor the prompt's own text counts. Every
    model that may answer must be able to read them, fallbacks too.
    """
    if isinstance(step.model, ModelSymbol):
        for model in step.model.chain():
            _check_window_of(model, step, layer, sink)


def _check_window_of(
    model: ModelSymbol, step: DraftStep, layer: WalkedLayer, sink: DiagnosticSink
) -> None:
    if model.spec.window is None:
        return
    window, own = model.spec.window, model.spec.max_tokens or 0
    candidate, critique = _largest(layer.makers.candidates), _largest(layer.makers.critiques)
    if own >= window or candidate is None or layer.inflow.arity.high is None:
        return
    if step.technique is None:
        return
    shown = shown_in_call(step.technique, layer.inflow)
    criticised = critiques_in_call(step.technique, layer.inflow) if critique else 0
    needed = shown * candidate + criticised * (critique or 0)
    if needed + own <= window:
        return
    each = candidate + (critique or 0 if criticised else 0)
    parts = f"{shown} candidates of up to {candidate:,} tokens"
    if criticised:
        parts += f" with critiques of up to {critique or 0:,}"
    answer = f" and an answer of up to {own:,}" if own else ""
    fits = (window - own) // each
    helps = [f"`{model.name}` can be shown {fits} of them: keep fewer with a `ranker` before"]
    if not fits:
        helps = ["lower the `max_tokens` of the models that write the candidates"]
    sink.error(
        WINDOW_TOO_SMALL,
        f"{parts}{answer} are {needed + own:,} tokens, and the window of `{model.name}` "
        f"holds {window:,}",
        step.span,
        f"shows {shown} candidates at once",
        secondary=(
            *((layer.origin,) if layer.origin else ()),
            Label(model.spans.get("window", model.span), f"a window of {window:,} tokens"),
        ),
        helps=tuple(helps),
    )


def shown_in_call(technique: Technique[Any], inflow: Flow) -> int:
    """Tell how many candidates one call shows its model, at most; 0 if there is no bound."""
    return _growth(technique, inflow, Sizes(0, 0, 1, 0, 0))


def critiques_in_call(technique: Technique[Any], inflow: Flow) -> int:
    """Tell how many critiques one call shows its model, at most; 0 if there is no bound."""
    return _growth(technique, inflow, Sizes(0, 0, 0, 1, 0))


def _growth(technique: Technique[Any], inflow: Flow, sizes: Sizes) -> int:
    # How much a call's prompt grows if each candidate (or critique) grows by one token.
    bounds = technique.bounds(inflow, sizes)
    without = technique.bounds(inflow, Sizes(0, 0, 0, 0, 0))
    most, base, calls = bounds.prompt_tokens.most, without.prompt_tokens.most, bounds.calls.most
    if most is None or base is None or not calls:
        return 0
    return (most - base) // calls


def _largest(makers: tuple[ModelSymbol | Unknown, ...]) -> int | None:
    largest = 0
    for maker in makers:
        for each in (maker,) if isinstance(maker, Unknown) else maker.chain():
            if isinstance(each, Unknown) or each.spec.max_tokens is None:
                return None
            largest = max(largest, each.spec.max_tokens)
    return largest
