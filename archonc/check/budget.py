"""Read budgets, and check that an architecture can do its work within them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from archon_runtime.bounds import Bounds
from archon_runtime.classes import dataclass
from archon_runtime.plan import BudgetSpec, OnExhausted
from archonc.check.bounds import cost_of
from archonc.check.typed import CheckedStep
from archonc.diagnostic.codes_check import BUDGET_TOO_SMALL, NO_PRICE
from archonc.diagnostic.diagnostic import Label
from archonc.resolve.arguments import match_arguments
from archonc.resolve.values import ValueReader
from archonc.source import Span
from archonc.syntax.nodes import BudgetMember, Expr

__all__ = [
    "LIMITS",
    "ReadBudget",
    "check_least",
    "check_prices",
    "read_budget",
    "say_amount",
]

LIMITS = ("calls", "tokens", "prompt_tokens", "completion_tokens", "cost", "time", "on_exhausted")


@dataclass(frozen=True, slots=True)
class ReadBudget:
    """A budget with the place of each limit."""

    spec: BudgetSpec
    spans: dict[str, Span]


def read_budget(member: BudgetMember, values: ValueReader) -> ReadBudget:
    """Read a budget; a wrong limit is left out, after it was reported."""
    matched = match_arguments(member.record.fields, LIMITS, values.sink, owner="`budget`")
    good: dict[str, Any] = {}
    for name, argument in matched.items():
        value = _read(name, argument.value, values)
        if value is not None:
            good[_FIELDS.get(name, name)] = value
    spans = {name: argument.value.span for name, argument in matched.items()}
    return ReadBudget(BudgetSpec(**good), spans)


_FIELDS = {"cost": "cost_usd", "time": "time_s"}


def _read(name: str, value: Expr, values: ValueReader) -> object | None:
    match name:
        case "cost":
            return values.money(name, value)
        case "time":
            return values.duration(name, value)
        case "on_exhausted":
            word = values.word(name, value, tuple(OnExhausted))
            return None if word is None else OnExhausted(word)
        case _:
            return values.count(name, value, low=1)


def check_least(
    budget: ReadBudget,
    steps: Sequence[CheckedStep],
    bounds: Bounds,
    owner: str,
    values: ValueReader,
) -> None:
    """Report each limit below the least that the steps can spend."""
    spec = budget.spec
    prompt, completion = bounds.prompt_tokens.least, bounds.completion_tokens.least
    least_usd = cost_of(steps).least_usd
    needed: tuple[tuple[str, Decimal | int | None, Decimal | int | None], ...] = (
        ("calls", spec.calls, bounds.calls.least),
        ("tokens", spec.tokens, prompt + completion),
        ("prompt_tokens", spec.prompt_tokens, prompt),
        ("completion_tokens", spec.completion_tokens, completion),
        ("cost", spec.cost_usd, least_usd),
    )
    for name, limit, least in needed:
        if limit is None or least is None or limit >= least:
            continue
        what, has = say_amount(name, least), say_amount(name, limit)
        values.sink.error(
            BUDGET_TOO_SMALL,
            f"{owner} needs at least {what}, and its budget allows {has}",
            budget.spans[name],
            f"less than {_bare(name, least)}",
            secondary=_largest(name, steps),
            helps=(f"allow `{name}: {_bare(name, least)}` or more, or ask for less",),
        )


def _largest(name: str, steps: Sequence[CheckedStep]) -> tuple[Label, ...]:
    if name != "calls":
        return ()
    spent: dict[Span, int] = {}
    for step in steps:
        spent[step.span] = spent.get(step.span, 0) + step.bounds.calls.least
    span = max(spent, key=lambda each: (spent[each], -each.start))
    return (Label(span, f"at least {spent[span]:,} of them are asked here"),)


def say_amount(name: str, value: Decimal | int) -> str:
    """Say how much of a limit's kind: `12 calls`, `1,000 prompt tokens`, `$0.25`."""
    if name == "cost":
        return f"${value.normalize():f}" if isinstance(value, Decimal) else f"${value}"
    noun = "call" if name == "calls" else name.replace("_", " ").removesuffix("s")
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def _bare(name: str, value: Decimal | int) -> str:
    return say_amount(name, value) if name == "cost" else str(value)


def check_prices(budget: ReadBudget, steps: Iterable[CheckedStep], values: ValueReader) -> None:
    """Under a limit on cost, report each model whose price nobody knows."""
    if "cost" not in budget.spans:
        return
    reason = (Label(budget.spans["cost"], "a limit on cost needs the price of every model"),)
    asked = [each for step in steps if step.model is not None for each in step.model.chain]
    for priced in asked:
        model = priced.symbol
        if priced.price is not None or model.bad & {"price", "model"}:
            continue
        values.sink.error(
            NO_PRICE,
            f"the price of `{model.name}` is not known, and the budget limits the cost",
            model.span,
            "no price",
            secondary=reason,
            helps=(
                "give it in dollars per million tokens: "
                "`price: { prompt: $0.15, completion: $0.60 }`",
            ),
        )
