"""L003: a check or a verdict that changes nothing."""

from __future__ import annotations

from archon_runtime.flow import Attachment
from archonc.check.typed import CheckedArchitecture
from archonc.lint.layers import option_of, own_steps, place_of, remakes
from archonc.lint.report import Report

__all__ = ["check"]


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find checks of a lone candidate that goes on whatever they find, unread."""
    read: frozenset[Attachment] = frozenset()
    for layer in reversed(architecture.layers):
        for step in own_steps(layer):
            on_none = option_of(step, "on_none")
            if on_none in (None, "fail") or step.inflow.arity.high != 1:
                continue
            if step.technique.adds & read:
                continue
            name = step.technique.name
            report.warn(
                place_of(step, "on_none"),
                f"`{name}` is given one candidate, which goes on whatever it finds",
                f"lets it go on, and nothing after it reads what `{name}` says",
                anchor=step.span,
                helps=("write `on_none: fail`, let more candidates flow in, or take it out",),
            )
        reads = frozenset[Attachment]().union(*(s.technique.reads() for s in own_steps(layer)))
        read = reads if remakes(layer) else read | reads
