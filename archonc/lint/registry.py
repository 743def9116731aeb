"""All lint rules, in the order of their codes."""

from __future__ import annotations

from collections.abc import Callable

from archonc.check.typed import CheckedArchitecture
from archonc.diagnostic.codes_lint import (
    FUSES_ONE,
    IDLE_VERDICT,
    JUDGES_ITSELF,
    LIMIT_LIKELY_REACHED,
    LIMIT_OUT_OF_REACH,
    LONG_LIST,
    MAX_TOKENS_MISSING,
    ONLY_ORDERS,
    SAME_LAYER_TWICE,
    SAMPLES_AT_ZERO,
    UNUSED_NAME,
    WINDOW_MAY_OVERFLOW,
)
from archonc.lint.report import Report
from archonc.lint.rules import (
    fuses_one,
    idle_verdict,
    judges_itself,
    limit_likely_reached,
    limit_out_of_reach,
    long_list,
    max_tokens_missing,
    only_orders,
    same_layer_twice,
    samples_at_zero,
    unused_name,
    window_may_overflow,
)
from archonc.syntax.nodes import Program

__all__ = ["ARCHITECTURE_RULES", "OFF", "PROGRAM_RULES"]

ARCHITECTURE_RULES: tuple[tuple[str, Callable[[CheckedArchitecture, Report], None]], ...] = (
    (ONLY_ORDERS, only_orders.check),
    (FUSES_ONE, fuses_one.check),
    (IDLE_VERDICT, idle_verdict.check),
    (SAMPLES_AT_ZERO, samples_at_zero.check),
    (JUDGES_ITSELF, judges_itself.check),
    (WINDOW_MAY_OVERFLOW, window_may_overflow.check),
    (MAX_TOKENS_MISSING, max_tokens_missing.check),
    (SAME_LAYER_TWICE, same_layer_twice.check),
    (LONG_LIST, long_list.check),
    (LIMIT_OUT_OF_REACH, limit_out_of_reach.check),
    (LIMIT_LIKELY_REACHED, limit_likely_reached.check),
)
"""Rules of what an architecture does, by their codes."""

PROGRAM_RULES: tuple[tuple[str, Callable[[Program, Report], None]], ...] = (
    (UNUSED_NAME, unused_name.check),
)
"""Rules of what a file says, by their codes."""

OFF = frozenset({LIMIT_OUT_OF_REACH})
"""Rules that run only where they are asked for; their pages say why."""
