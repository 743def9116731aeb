"""Check that what is given for a parameter is of the parameter's type."""

from __future__ import annotations

from typing import assert_never

from archonc.check.scope import Scope
from archonc.diagnostic.codes_check import WRONG_KIND_OF_NAME
from archonc.diagnostic.diagnostic import Label
from archonc.expand.hole import HoleProblem, choices_of, is_hole
from archonc.resolve.model_lists import MOST_MODELS, report_too_many
from archonc.resolve.parameters import ParameterType, type_of
from archonc.resolve.symbols import ModelsSymbol
from archonc.syntax.nodes import Call, Expr, ListExpr, Parameter, RangeExpr, Record, Reference
from archonc.syntax.parse import MAX_NESTING

__all__ = ["check_argument"]


def check_argument(parameter: Parameter, value: Expr, scope: Scope) -> bool:
    """Report a value of another type; of a hole every choice is looked at."""
    kind = type_of(parameter)
    if kind is None:
        return False
    before = scope.sink.error_count
    if is_hole(value):
        choices = choices_of(value)
        if isinstance(choices, HoleProblem):
            choices = ()
        elif isinstance(value, RangeExpr):
            choices = (choices[0], choices[-1])  # what is between them is of their kind
        for choice in choices:
            check_argument(parameter, choice, scope)
    elif not (isinstance(value, Reference) and scope.values.is_silent(value)):
        _check(kind, parameter.name.text, value, scope)
    return scope.sink.error_count == before


def _check(kind: ParameterType, name: str, value: Expr, scope: Scope) -> None:
    values = scope.values
    match kind:
        case ParameterType.INT:
            values.count(name, value)
        case ParameterType.NUMBER:
            values.number(name, value)
        case ParameterType.BOOL:
            values.flag(name, value)
        case ParameterType.TEXT:
            values.text(name, value)
        case ParameterType.WORD:
            _check_word(name, value, scope)
        case ParameterType.DURATION:
            values.duration(name, value)
        case ParameterType.DOLLARS:
            values.money(name, value)
        case ParameterType.MODEL:
            _check_model(name, value, scope)
        case ParameterType.MODELS:
            _check_models(name, value, scope)
        case ParameterType.PROMPT:
            if not isinstance(value, Reference):
                values.wrong_type(name, value, "the name of a prompt")
        case _:
            assert_never(kind)


def _check_word(name: str, value: Expr, scope: Scope) -> None:
    if not isinstance(value, Reference):
        scope.values.wrong_type(name, value, "a bare word", "write it without quotes")


def _check_model(name: str, value: Expr, scope: Scope) -> None:
    if not isinstance(value, Reference):
        scope.values.wrong_type(name, value, "the name of a model")
        return
    symbol = scope.resolved.references.get(value.span)
    if isinstance(symbol, ModelsSymbol):
        scope.sink.error(
            WRONG_KIND_OF_NAME,
            f"`{value.text}` is a list of models, and `{name}` is one model",
            value.span,
            "wants one model",
            secondary=(Label(symbol.span, "declared here"),),
            helps=("give it one of the list, or declare the parameter as `models`",),
        )


def _check_models(name: str, value: Expr, scope: Scope) -> None:
    if _is_large(value):
        report_too_many(f"`{name}`", value.span, scope.sink)
        return
    if isinstance(value, Call) and value.callee.text == "top":
        return  # its own check says what is wrong with it
    if not isinstance(value, ListExpr | Reference):
        scope.values.wrong_type(name, value, "a list of models", "write `[a, b]`")


def _is_large(value: Expr) -> bool:
    """Tell whether a value is larger, or deeper, than a file alone could make it.

    Architectures in one another that each give on `[m, m]` double it at every level.
    """
    left, seen = [(value, 0)], 0
    while left:
        each, depth = left.pop()
        seen += 1
        if seen > 2 * MOST_MODELS or depth > MAX_NESTING:
            return True
        match each:
            case ListExpr(items=items):
                left += [(item, depth + 1) for item in items]
            case Call(arguments=parts) | Record(fields=parts):
                left += [(part.value, depth + 1) for part in parts]
            case _:
                pass
    return False
