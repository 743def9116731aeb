"""Whether a budget can be reached, limit by limit."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from archon_runtime.bounds import Bounds, add_high
from archon_runtime.cost import Cost
from archon_runtime.plan import BudgetSpec, OnExhausted
from archon_runtime.retry import RetryPolicy
from archonc.report.amounts import exact_dollars, plural

__all__ = ["ATTEMPTS", "budget_lines", "budget_words"]

ATTEMPTS = RetryPolicy().attempts
"""How often a call is tried, the first time included."""

_THEN = {
    OnExhausted.DEGRADE: "when a limit is reached, the best answer so far is given (degrade)",
    OnExhausted.FAIL: "when a limit is reached, the run fails (fail)",
}


def budget_words(budget: BudgetSpec) -> tuple[str, ...]:
    """Write the limits of a budget: `24 calls`, `$0.10`, `90 s`."""
    return tuple(words for words, _, _ in _limits(budget, Bounds(), Cost(None, None)))


def budget_lines(budget: BudgetSpec, bounds: Bounds, cost: Cost) -> tuple[str, ...]:
    """Say of each limit whether what it limits can come to it; then what happens."""
    lines = [
        f"{words}: {_verdict(limit, most)}" for words, limit, most in _limits(budget, bounds, cost)
    ]
    return (*lines, _THEN[budget.on_exhausted])


_Number = Decimal | int


def _limits(
    budget: BudgetSpec, bounds: Bounds, cost: Cost
) -> Iterator[tuple[str, _Number | None, _Number | None]]:
    """Give each limit in words, as a number (time has none to compare), and the most of it."""
    prompt, completion = bounds.prompt_tokens.most, bounds.completion_tokens.most
    if budget.calls is not None:
        yield plural(budget.calls, "call"), budget.calls, bounds.calls.most
    if budget.tokens is not None:
        yield plural(budget.tokens, "token"), budget.tokens, add_high(prompt, completion)
    if budget.prompt_tokens is not None:
        yield plural(budget.prompt_tokens, "prompt token"), budget.prompt_tokens, prompt
    if budget.completion_tokens is not None:
        limit = budget.completion_tokens
        yield plural(limit, "completion token"), limit, completion
    if budget.cost_usd is not None:
        yield exact_dollars(budget.cost_usd), budget.cost_usd, cost.most_usd
    if budget.time_s is not None:
        yield f"{budget.time_s:g} s", None, None


def _verdict(limit: _Number | None, most: _Number | None) -> str:
    if limit is None:
        return "not compared, since nothing bounds how long a call takes"
    if most is None:
        return "can be reached, since nothing else bounds it"
    retried = most * ATTEMPTS
    amounts = f"at most {_amount(most)}, {_amount(retried)} with every retry"
    if retried <= limit:
        return f"cannot be reached: {amounts}"
    if most <= limit:
        return f"can be reached by retries alone: {amounts}"
    return f"can be reached: {amounts}"


def _amount(value: _Number) -> str:
    return exact_dollars(value) if isinstance(value, Decimal) else f"{value:,}"
