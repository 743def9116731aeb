"""From names bound to typed architectures: types, flow, bounds and budgets, all proved.

Every architecture is checked to its end, whatever is wrong with its first layer. One
with holes is checked at some of its points: by the same code, filled in.
"""

from __future__ import annotations

from collections.abc import Mapping

from archon_runtime.classes import replace
from archonc.check.arguments import check_argument
from archonc.check.body import check_body
from archonc.check.bounds import cost_of
from archonc.check.holes import check_holes
from archonc.check.prices import FindPrice, find_listed_price
from archonc.check.scope import ReadText, Scope, no_file
from archonc.check.search import check_search
from archonc.check.settings import NO_SETTINGS, Settings
from archonc.check.space import check_space
from archonc.check.typed import (
    Assumptions,
    Checked,
    CheckedArchitecture,
    CheckedSpace,
    leaf_steps,
)
from archonc.check.window import check_max_tokens
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.expand import Hole, expand, find_sites
from archonc.resolve.symbols import ArchitectureSymbol, ModelSymbol, Resolved
from archonc.resolve.values import ValueReader
from archonc.syntax.nodes import ArchitectureDecl, Expr, SearchDecl

__all__ = ["check"]


def check(
    resolved: Resolved,
    sink: DiagnosticSink,
    *,
    assumed: Assumptions | None = None,
    price_of: FindPrice = find_listed_price,
    read_text: ReadText = no_file,
    settings: Settings = NO_SETTINGS,
) -> Checked:
    """Check all architectures of the main file; those with an error are left out.

    *settings* give values to parameters and holes of the architecture that they are for.
    """
    for symbol in resolved.names.values():
        if isinstance(symbol, ModelSymbol):
            check_max_tokens(symbol, sink)
    values = ValueReader(sink, resolved.silent)
    scope = Scope(resolved, values, assumed or Assumptions(), price_of, read_text)
    architectures: list[CheckedArchitecture] = []
    spaces: list[CheckedSpace] = []
    for each in resolved.architectures:
        own = settings if settings.are_for(each) else NO_SETTINGS
        found = _check_architecture(each, scope, own)
        if isinstance(found, CheckedSpace):
            spaces.append(found)
        elif found is not None:
            architectures.append(found)
    for statement in resolved.program.statements:
        if isinstance(statement, SearchDecl):
            check_search(statement, scope)
    return Checked(resolved, tuple(architectures), tuple(spaces))


def _check_architecture(
    symbol: ArchitectureSymbol, scope: Scope, settings: Settings
) -> CheckedArchitecture | CheckedSpace | None:
    declaration = symbol.declaration
    scope = _inside(declaration, scope).knowing(settings.references)
    check_holes(declaration, scope.sink)
    arguments = _read_arguments(declaration, scope, settings)
    sites = find_sites(declaration)
    found: list[Hole] = []

    def look(hole: Hole) -> Expr:
        found.append(hole)
        return hole.choices[0]

    chooser = settings.chooser(look, scope.sink)
    expanded = expand(declaration, arguments, sites, chooser)
    if found:
        return check_space(symbol, arguments, sites, settings, scope, _check_filled)
    return _check_filled(symbol, expanded, scope)


def _inside(declaration: ArchitectureDecl, scope: Scope) -> Scope:
    """Let parameters without a value be missing without being wrong."""
    open_ones = {each.name.text for each in declaration.parameters}
    values = ValueReader(scope.sink, scope.values.silent | open_ones | {""})
    return replace(scope, values=values)


def _read_arguments(
    declaration: ArchitectureDecl, scope: Scope, settings: Settings
) -> Mapping[str, Expr]:
    """Check defaults, and take what is set; a wrong value is given up."""
    given: dict[str, Expr] = {}
    for parameter in declaration.parameters:
        name = parameter.name.text
        if parameter.default is not None:
            check_argument(parameter, parameter.default, scope)
        value = settings.argument(name)
        if value is not None and check_argument(parameter, value, scope):
            given[name] = value
    return given


def _check_filled(
    symbol: ArchitectureSymbol, declaration: ArchitectureDecl, scope: Scope
) -> CheckedArchitecture | None:
    tally = scope.tally.begin()
    body = check_body(symbol, declaration, replace(scope, tally=tally))
    scope.tally.end(symbol.span, tally)
    if body is None or not body.sound:
        return None
    return CheckedArchitecture(
        name=symbol.name,
        layers=body.layers,
        answer=body.answer,
        budget=body.budget,
        bounds=body.bounds,
        cost=cost_of(leaf_steps(body.layers)),
        assumed=scope.assumed,
        span=symbol.span,
        limits=body.limits,
    )
