"""Check a `search` block: what it searches, on what, within which limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archonc.check.scope import Scope
from archonc.diagnostic.codes_check import HOLES_MISSING, UNKNOWN_NAME, WRONG_KIND_OF_NAME
from archonc.diagnostic.diagnostic import Edit, Label
from archonc.diagnostic.suggest import suggest
from archonc.expand import find_sites
from archonc.resolve.arguments import match_arguments, need
from archonc.resolve.symbols import ArchitectureSymbol, Unknown, describe_symbol
from archonc.syntax.mend import has_broken
from archonc.syntax.nodes import Argument, Call, Expr, ListExpr, Record, Reference, SearchDecl, Text

__all__ = ["FIELDS", "LIMITS", "PER_QUESTION", "SAMPLERS", "check_search"]

FIELDS = ("benchmark", "data", "objective", "limits", "sampler", "parallel", "seed")
"""What a search is told, in the order of the reference."""

LIMITS = ("calls", "tokens", "cost", "time", "per_question")
PER_QUESTION = ("calls", "tokens", "cost", "time")

SAMPLERS = ("auto", "bayesian", "greedy", "random", "exhaustive", "paper", "tpe")


def check_search(declaration: SearchDecl, scope: Scope) -> None:
    """Report what is wrong with a search; the benchmark itself is looked up when it runs."""
    _check_over(declaration.over, scope)
    owner = f"the search `{declaration.name.text}`"
    matched = match_arguments(declaration.fields, FIELDS, scope.sink, owner=owner)
    example = "write `benchmark: gsm8k(sample: 20%)`"
    if need("benchmark", matched, scope.sink, declaration.name.span, owner, example):
        _check_benchmark(matched["benchmark"].value, scope)
    if "data" in matched:
        scope.values.texts("data", matched["data"].value)
    if "objective" in matched:
        _check_objective(matched["objective"].value, scope)
    if "limits" in matched:
        _check_limits("limits", matched["limits"].value, LIMITS, scope)
    if "sampler" in matched:
        scope.values.word("sampler", matched["sampler"].value, SAMPLERS)
    for name, low in (("parallel", 1), ("seed", 0)):
        if name in matched:
            scope.values.count(name, matched[name].value, low=low)


def _check_over(over: Reference, scope: Scope) -> None:
    names = scope.resolved.names
    symbol = names.get(over.text)
    if isinstance(symbol, ArchitectureSymbol):
        declaration = symbol.declaration
        if not find_sites(declaration) and not has_broken(declaration.body):
            scope.sink.error(
                HOLES_MISSING,
                f"`{over.text}` has no holes, so there is nothing to search",
                over.span,
                "one architecture, not a space of them",
                secondary=(Label(symbol.span, "declared here"),),
                helps=("leave something open in it, such as `samples: 1..8`",),
            )
    elif symbol is None and not scope.values.is_silent(over):
        known = [name for name, each in names.items() if isinstance(each, ArchitectureSymbol)]
        near = suggest(over.text, known)
        listed = ", ".join(f"`{name}`" for name in known) or "none"
        scope.sink.error(
            UNKNOWN_NAME,
            f"there is no architecture `{over.text}`",
            over.span,
            "unknown architecture",
            helps=(f"did you mean `{near}`?" if near else f"declared are {listed}",),
            edits=(Edit(over.span, near),) if near else (),
        )
    elif symbol is not None and not isinstance(symbol, Unknown):
        scope.sink.error(
            WRONG_KIND_OF_NAME,
            f"`{over.text}` is {describe_symbol(symbol)}, not an architecture",
            over.span,
            "wants an architecture",
            secondary=(Label(symbol.span, "declared here"),),
            helps=("write the name of an architecture with holes",),
        )


def _check_benchmark(value: Expr, scope: Scope) -> None:
    match value:
        case ListExpr(items=items) if items:
            for item in items:
                _check_benchmark(item, scope)
        case Reference():
            pass
        case Call():
            known = ("data", "sample", "weight")
            owner = f"`{value.callee.text}`"
            matched = match_arguments(value.arguments, known, scope.sink, owner=owner)
            _check_benchmark_options(matched, scope)
        case _:
            wanted = "the name of a benchmark, or a list of them"
            scope.values.wrong_type("benchmark", value, wanted, "write `gsm8k(sample: 20%)`")


def _check_benchmark_options(matched: Mapping[str, Argument], scope: Scope) -> None:
    if "data" in matched:
        scope.values.text("data", matched["data"].value)
    if "weight" in matched:
        scope.values.number("weight", matched["weight"].value, low=0)
    if "sample" in matched:
        value = matched["sample"].value
        # A share of the questions, or so many of them.
        if getattr(value, "unit", "") == "%":
            scope.values.share("sample", value)
        else:
            scope.values.count("sample", value, low=1)


def _check_objective(value: Expr, scope: Scope) -> None:
    if not isinstance(value, Text):
        scope.values.word("objective", value, ("front", "score"))


def _check_limits(name: str, value: Expr, known: Sequence[str], scope: Scope) -> None:
    if not isinstance(value, Record):
        scope.values.wrong_type(name, value, "a record", "write `limits { cost: $5 }`")
        return
    values = scope.values
    matched = match_arguments(value.fields, known, scope.sink, owner=f"`{name}`")
    for limit, argument in matched.items():
        match limit:
            case "cost":
                values.money(limit, argument.value)
            case "time":
                values.duration(limit, argument.value)
            case "per_question":
                _check_limits(limit, argument.value, PER_QUESTION, scope)
            case _:
                values.count(limit, argument.value, low=1)
