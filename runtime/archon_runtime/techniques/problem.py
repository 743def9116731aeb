"""What can be wrong with a step before it runs: values that the compiler turns into words."""

from __future__ import annotations

from archon_runtime.classes import dataclass
from archon_runtime.flow import Flow, FlowProblem, FlowRule

__all__ = ["OptionProblem", "nothing_to_work_on"]


@dataclass(frozen=True, slots=True)
class OptionProblem:
    """Why the value of an option cannot be, although its type is right; a value.

    The message and the help follow the rules of diagnostics.
    """

    option: str
    message: str
    help: str | None = None


def nothing_to_work_on(name: str, inflow: Flow) -> FlowProblem | None:
    """Say that technique *name* needs candidates, if none can flow in."""
    if inflow.arity.high != 0:
        return None
    return FlowProblem(
        FlowRule.NO_CANDIDATES,
        f"`{name}` works on candidates, and none flow in",
        help="put a layer with a `generator` before it",
    )
