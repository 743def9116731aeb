"""What can be wrong with a step before it runs: values that the compiler turns into words."""

from __future__ import annotations

from collections.abc import Sequence

from archon_runtime.classes import dataclass
from archon_runtime.flow import Arity, Flow, FlowProblem, FlowRule

__all__ = [
    "OptionProblem",
    "first_too_many",
    "keeps_too_many",
    "no_tests",
    "nothing_to_work_on",
    "one_of_them",
    "some_of",
]


@dataclass(frozen=True, slots=True)
class OptionProblem:
    """Why the value of an option cannot be, although its type is right; a value.

    The message and the help follow the rules of diagnostics. `excluded_by` names the
    option that it cannot stand beside, if that is what is wrong.
    """

    option: str
    message: str
    help: str | None = None
    excluded_by: str | None = None


def one_of_them(name: str, given: Sequence[str]) -> tuple[OptionProblem, ...]:
    """Say that of the options *given* to technique *name* only the first can stand."""
    return tuple(
        OptionProblem(
            other,
            f"`{other}` of `{name}` cannot stand beside `{given[0]}`",
            f"each says who goes on: take `{other}` or `{given[0]}` out",
            excluded_by=given[0],
        )
        for other in given[1:]
    )


def nothing_to_work_on(name: str, inflow: Flow) -> FlowProblem | None:
    """Say that technique *name* needs candidates, if none can flow in."""
    if inflow.arity.high != 0:
        return None
    return FlowProblem(
        FlowRule.NO_CANDIDATES,
        f"`{name}` works on candidates, and none flow in",
        help="put a layer with a `generator` before it",
    )


def first_too_many(name: str, first: int | None, inflow: Flow, which: str) -> FlowProblem | None:
    """Say that the first so many of those *which* pass can't be so many, if that is so."""
    high = inflow.arity.high
    if first is None or high is None or first <= high:
        return None
    return FlowProblem(
        FlowRule.KEEPS_TOO_MANY,
        f"`{name}` keeps the first {first} {which} but only {inflow.arity} flow in",
        option="first",
        help=f"write `first: {high}`, or let more candidates flow in",
        replacement=str(high),
    )


def keeps_too_many(name: str, keep: int | None, inflow: Flow) -> FlowProblem | None:
    """Say that exactly *keep* cannot be kept, if fewer flow in."""
    high = inflow.arity.high
    if keep is None or high is None or keep <= high:
        return None
    return FlowProblem(
        FlowRule.KEEPS_TOO_MANY,
        f"`{name}` keeps {keep} candidates but only {inflow.arity} flow in",
        option="keep",
        help=f"write `keep: up_to({keep})` if fewer may come, or let more flow in",
        replacement=f"up_to({keep})",
    )


def no_tests(name: str, inflow: Flow, option: str | None = None) -> FlowProblem | None:
    """Say that technique *name* reads unit tests, if nobody wrote any."""
    if inflow.tests:
        return None
    what = f"`{name}`" if option is None else f"`{option}` of `{name}`"
    return FlowProblem(
        FlowRule.NO_TESTS,
        f"{what} needs unit tests, and no layer before it writes any",
        option=option,
        help="put a layer with a `unit_test_generator` before it",
    )


def some_of(arity: Arity, most: int | None = None) -> Arity:
    """Arity of at least one of those that flow in, if any do, and at most *most* (or all)."""
    high = arity.high if most is None else arity.at_most(most).high
    return Arity(min(1, arity.low), high)
