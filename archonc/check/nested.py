"""An architecture as a component: filled in with its arguments, and as a step of its layer."""

from __future__ import annotations

from collections.abc import Mapping

from archon_runtime.bounds import Bounds
from archon_runtime.classes import dataclass
from archon_runtime.flow import Arity, Flow
from archon_runtime.plan import Answer, BudgetSpec, Choose
from archonc.check.arguments import check_argument
from archonc.check.flow import Makers
from archonc.check.scope import Scope
from archonc.check.steps import DraftStep
from archonc.check.typed import CheckedLayer, CheckedNested
from archonc.diagnostic.codes_check import COMPONENT_WITH_HOLES
from archonc.diagnostic.diagnostic import Label
from archonc.expand import expand, find_sites
from archonc.expand.hole import Hole
from archonc.resolve.arguments import need
from archonc.resolve.parameters import match_parameters
from archonc.resolve.symbols import ArchitectureSymbol
from archonc.source import Span
from archonc.syntax.nodes import ArchitectureDecl, Call, Expr

__all__ = ["Body", "answer_flow", "fill_nested", "make_step"]


@dataclass(frozen=True, slots=True)
class Body:
    """What an architecture does. `sound`: nothing in it was wrong, and nothing is missing.

    `limits` has the place of each limit of the budget.
    """

    layers: tuple[CheckedLayer, ...]
    answer: Answer
    budget: BudgetSpec | None
    limits: Mapping[str, Span]
    bounds: Bounds
    outflow: Flow
    makers: Makers
    sound: bool


def fill_nested(symbol: ArchitectureSymbol, call: Call, scope: Scope) -> ArchitectureDecl | None:
    """Check the arguments and put them in; None if one is missing or a hole is left."""
    declaration = symbol.declaration
    owner = f"`{symbol.name}`"
    matched = match_parameters(declaration.parameters, call.arguments, scope.sink, owner)
    sound = True
    for parameter in declaration.parameters:
        name = parameter.name.text
        if name in matched:
            sound = check_argument(parameter, matched[name].value, scope) and sound
        elif parameter.default is None:
            help_line = (
                f"write `{symbol.name}({name}: …)` with a value of type `{parameter.type.text}`"
            )
            need(name, matched, scope.sink, call.callee.span, owner, help_line)
            sound = False
    given = {name: argument.value for name, argument in matched.items()}
    left = _first_hole(declaration, given)
    if left is not None:
        _report_holes(symbol, call, left, scope)
        return None
    return expand(declaration, given, {}, _no_choice) if sound else None


def _first_hole(declaration: ArchitectureDecl, given: dict[str, Expr]) -> Span | None:
    replaced = [
        each.default.span
        for each in declaration.parameters
        if each.default is not None and each.name.text in given
    ]
    sites = find_sites(declaration)
    return next((s for s in sites if not any(default.holds(s) for default in replaced)), None)


def _report_holes(symbol: ArchitectureSymbol, call: Call, hole: Span, scope: Scope) -> None:
    scope.sink.error(
        COMPONENT_WITH_HOLES,
        f"`{symbol.name}` has holes, and a component has none",
        call.callee.span,
        "leaves something open",
        secondary=(Label(hole, "a hole"),),
        helps=("make it a parameter, and leave it open where the architecture is used",),
    )


def _no_choice(hole: Hole) -> Expr:
    raise AssertionError(f"a hole without a site: {hole}")


def make_step(
    step_id: str, step: DraftStep, body: Body, inflow: Flow, outflow: Flow
) -> CheckedNested:
    """Make the step of a layer of what was checked by itself."""
    assert isinstance(step.kind, ArchitectureSymbol)
    return CheckedNested(
        id=step_id,
        architecture=step.kind.name,
        layers=body.layers,
        answer=body.answer,
        budget=body.budget,
        span=step.span,
        inflow=inflow,
        outflow=outflow,
        bounds=body.bounds,
        limits=body.limits,
    )


def answer_flow(answer: Answer, left: Flow) -> Flow:
    """Tell what an architecture gives to the layer that it stands in: new candidates."""
    arity = left.arity
    if answer.choose is not Choose.ALL:
        arity = Arity(min(1, arity.low), None if arity.high is None else min(1, arity.high))
    return Flow(arity)
