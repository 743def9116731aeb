"""L011: a limit that cannot be reached. Off unless enabled."""

from __future__ import annotations

from archonc.check.budget import say_amount
from archonc.check.typed import CheckedArchitecture
from archonc.lint.limits import limits_of
from archonc.lint.report import Report

__all__ = ["ATTEMPTS", "check"]

ATTEMPTS = 3
"""How often one call may be tried."""


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find limits above all that can be spent, if every call is tried as often as it may be."""
    for limit in limits_of(architecture):
        if limit.most is None or limit.value <= limit.most * ATTEMPTS:
            continue
        most = say_amount(limit.name, limit.most * ATTEMPTS)
        report.warn(
            limit.span,
            f"the limit on `{limit.name}` can't be reached: {limit.owner} can spend {most} at most",
            "limits nothing",
            notes=("every repair and every retry is counted in",),
            helps=(f"allow {most} or less, or take the limit out",),
        )
