"""L009: more than 32 candidates in one prompt."""

from __future__ import annotations

from archonc.check.typed import CheckedArchitecture
from archonc.check.window import shown_in_call
from archonc.lint.layers import own_steps
from archonc.lint.report import Report

__all__ = ["MOST_SHOWN", "check"]

MOST_SHOWN = 32
"""Most candidates that one call should show its model."""


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find steps that show their model a long list of candidates in one call."""
    for layer in architecture.layers:
        for step in own_steps(layer):
            if (step.inflow.arity.high or 0) <= MOST_SHOWN:
                continue
            shown = shown_in_call(step.technique, step.inflow)
            if shown > MOST_SHOWN:
                report.warn(
                    step.span,
                    f"`{step.technique.name}` shows its model up to {shown} candidates in one call",
                    f"more than {MOST_SHOWN} at once",
                    notes=("models overlook what stands in the middle of a long list",),
                    helps=(
                        "let fewer flow in: ask for fewer samples, or filter them before with a "
                        "`checker`",
                    ),
                )
