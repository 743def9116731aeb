"""L008: two equal layers in a row, of which the second can change nothing."""

from __future__ import annotations

from archonc.check.typed import CheckedArchitecture
from archonc.diagnostic.diagnostic import Label
from archonc.lint.layers import asks_again
from archonc.lint.report import Report

__all__ = ["check"]


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find layers that ask again what the layer before them asked."""
    layers = architecture.layers
    for index in range(1, len(layers)):
        if not asks_again(layers, index):
            continue
        before, layer = layers[index - 1], layers[index]
        repeated = before.span == layer.span
        message = f"`{before.name}` and `{layer.name}` do the same on the same candidates"
        help_line = "take one of them out"
        if repeated:
            message = f"`{before.name}` is repeated on the same candidates"
            help_line = "take it out of the `repeat`"
        report.warn(
            layer.steps[0].span,
            message,
            "changes nothing",
            secondary=() if repeated else (Label(before.steps[0].span, "the same"),),
            helps=(help_line,),
        )
