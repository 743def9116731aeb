"""What several rules ask of layers and steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archonc.check.typed import CheckedLayer, CheckedNested, CheckedStep, PricedModel
from archonc.source import Span

__all__ = [
    "asks_again",
    "has_option",
    "identity",
    "option_of",
    "orders",
    "own_steps",
    "place_of",
    "remakes",
]


def own_steps(layer: CheckedLayer) -> Iterator[CheckedStep]:
    """List the steps that run a technique; those of nested architectures are linted there."""
    for step in layer.steps:
        if not isinstance(step, CheckedNested):
            yield step


def remakes(layer: CheckedLayer) -> bool:
    """Tell whether the candidates that come out of a layer are new."""
    return any(isinstance(step, CheckedNested) or step.technique.makes_new for step in layer.steps)


def has_option(step: CheckedStep, name: str) -> bool:
    """Tell whether the technique declares an option of this name."""
    return hasattr(step.technique.options, name)


def option_of(step: CheckedStep, name: str) -> object:
    """Tell the value of an option; None if it has none, or the technique doesn't have it."""
    return getattr(step.technique.options, name, None)


def place_of(step: CheckedStep, option: str) -> Span:
    """Find where an option's value stands; the component if that is elsewhere."""
    span = step.options.get(option, step.span)
    return span if step.span.holds(span) else step.span


def orders(step: CheckedStep) -> bool:
    """Tell whether a step puts candidates in order: of those, the best can be kept.

    What lets through those that pass, `first` or `all` of them, leaves the order as it is.
    """
    passing = option_of(step, "first") is not None or option_of(step, "all") is True
    return has_option(step, "keep") and not passing


def identity(model: PricedModel) -> tuple[str, str]:
    """Tell which model it is, whatever it is called here and however it decodes."""
    return model.symbol.spec.provider, model.symbol.spec.model


def asks_again(layers: Sequence[CheckedLayer], index: int) -> bool:
    """Tell whether a layer does what the one before it did, and can change nothing.

    It does the same if technique, options, model and prompt are the same. It may still
    change something if it makes new candidates, or judges anew with a model which of
    them go on.
    """
    if not 0 < index < len(layers):
        return False
    pair = layers[index - 1].steps, layers[index].steps
    if len(pair[0]) != 1 or len(pair[1]) != 1:
        return False
    before, step = pair[0][0], pair[1][0]
    if isinstance(before, CheckedNested) or isinstance(step, CheckedNested):
        return False
    technique = step.technique
    filters = has_option(step, "on_none") or (has_option(step, "keep") and not orders(step))
    return (
        type(before.technique) is type(technique)
        and before.technique.options == technique.options
        and before.model == step.model
        and before.prompt == step.prompt
        and not technique.makes_new
        and not (technique.takes_model and filters)
    )
