"""L012: a limit that is likely to be reached."""

from __future__ import annotations

from archonc.check.budget import say_amount
from archonc.check.typed import CheckedArchitecture
from archonc.lint.limits import Limit, limits_of, smooth_calls
from archonc.lint.report import Report

__all__ = ["check"]


def check(architecture: CheckedArchitecture, report: Report) -> None:
    """Find limits that an ordinary run may reach, before it has done its work."""
    for limit in limits_of(architecture):
        if limit.name == "calls":
            _check_calls(limit, report)
        elif limit.most is not None and limit.value * 2 < limit.most:
            most = say_amount(limit.name, limit.most)
            report.warn(
                limit.span,
                f"{limit.owner} can spend {most}, and its budget allows less than half of that",
                "likely to be reached",
                helps=(_HELP,),
            )


_HELP = "allow more, or ask for less: fewer samples, a lower `max_tokens`, fewer candidates shown"


def _check_calls(limit: Limit, report: Report) -> None:
    asked = smooth_calls(limit.steps)
    if limit.value < asked:
        report.warn(
            limit.span,
            f"{limit.owner} makes up to {asked:,} calls though no reply needs a repair, and its "
            f"budget allows {say_amount('calls', limit.value)}",
            "likely to be reached",
            helps=(f"allow `calls: {asked}` or more, or ask for less",),
        )
