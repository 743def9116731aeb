"""L004: several samples of one model at temperature 0."""

from __future__ import annotations

from archonc.check.typed import CheckedArchitecture, CheckedLayer
from archonc.diagnostic.diagnostic import Label
from archonc.lint.layers import option_of, own_steps, place_of
from archonc.lint.report import Report

__all__ = ["check"]


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find layers that ask one model the same several times, and nothing is left to chance."""
    for layer in architecture.layers:
        _check_layer(layer, report)


def _check_layer(layer: CheckedLayer, report: Report) -> None:
    asked: dict[tuple[str, str | None], int] = {}
    for step in own_steps(layer):
        samples, model = option_of(step, "samples"), step.model
        if model is None or model.symbol.spec.temperature != 0 or not isinstance(samples, int):
            continue
        name = model.symbol.name
        key = name, step.prompt.name if step.prompt else None
        before = asked.get(key, 0)
        asked[key] = before + samples
        if before > 1 or asked[key] < 2:
            continue
        report.warn(
            place_of(step, "samples"),
            f"`{name}` is asked for {asked[key]} samples at temperature 0",
            "they are likely to be all alike",
            anchor=step.span,
            secondary=(
                Label(model.symbol.spans.get("temperature", model.symbol.span), "no chance here"),
            ),
            helps=(f"give `{name}` a temperature above 0, or ask for one sample",),
        )
