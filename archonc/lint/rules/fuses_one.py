"""L002: a fuser over one candidate."""

from __future__ import annotations

from archonc.check.typed import CheckedArchitecture
from archonc.lint.layers import own_steps
from archonc.lint.report import Report

__all__ = ["check"]


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find steps that write a new candidate from one, and are shown nothing beside it.

    With a critique it is a revision, and with a prompt of the user's it may be anything.
    """
    for layer in architecture.layers:
        for step in own_steps(layer):
            technique = step.technique
            if not technique.makes_new or step.inflow.arity.high != 1 or step.prompt is not None:
                continue
            if technique.reads() & step.inflow.attachments:
                continue
            report.warn(
                step.span,
                f"`{technique.name}` is given one candidate: there is nothing to fuse",
                "writes it again",
                helps=(
                    "let more candidates flow in, put a `critic` before it so that it revises, "
                    "or take it out",
                ),
            )
