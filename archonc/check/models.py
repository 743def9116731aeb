"""Which models a component is given: one step each."""

from __future__ import annotations

from typing import Any

from archon_runtime.techniques.base import Technique
from archonc.check.scope import Scope
from archonc.check.top import take_top
from archonc.diagnostic.codes_check import MISSING_MODEL, UNWANTED_MODEL
from archonc.resolve.model_lists import MOST_MODELS, report_too_many
from archonc.resolve.symbols import ModelsSymbol, ModelSymbol, Resolved, Unknown
from archonc.resolve.values import ValueReader
from archonc.syntax.nodes import Argument, Call, Expr, ListExpr, Reference

__all__ = ["split_models"]

Models = list[ModelSymbol | Unknown | None]


def split_models(
    kind: type[Technique[Any]], call: Call, scope: Scope
) -> tuple[Models, list[Argument]]:
    """Tell the models that a component stands for, and the arguments that are left.

    A technique that asks no model has one place, None.
    """
    resolved, values = scope.resolved, scope.values
    if not kind.takes_model:
        return [None], _without_models(kind, call, resolved, values)
    nameless = [each for each in call.arguments if each.name is None]
    rest = [each for each in call.arguments if each.name is not None]
    if not nameless:
        values.sink.error(
            MISSING_MODEL,
            f"`{kind.name}` needs a model",
            call.callee.span,
            "which model?",
            helps=(f"write `{kind.name}(MODEL, …)` with the name of a model",),
        )
        return [Unknown("")], rest
    first = nameless[0].value
    models = _models_of(first, kind, scope)
    if len(models) > MOST_MODELS:
        report_too_many(f"`{kind.name}`", first.span, values.sink)
        models = [Unknown("")]
    extra = [each for each in nameless[1:] if _names_model(each.value, resolved)]
    if extra:
        listed = ", ".join(values.sink.text(each.span) for each in [nameless[0], *extra])
        values.sink.error(
            UNWANTED_MODEL,
            f"`{kind.name}` takes one model, or a list of them",
            extra[0].span,
            "a second model",
            helps=(f"write `[{listed}]` for one component each",),
        )
    return models, [each for each in nameless[1:] if each not in extra] + rest


def _without_models(
    kind: type[Technique[Any]], call: Call, resolved: Resolved, values: ValueReader
) -> list[Argument]:
    rest = []
    for argument in call.arguments:
        if argument.name is None and _names_model(argument.value, resolved):
            values.sink.error(
                UNWANTED_MODEL,
                f"`{kind.name}` asks no model",
                argument.span,
                "not needed",
                helps=("take the model out",),
            )
        else:
            rest.append(argument)
    return rest


def _names_model(value: Expr, resolved: Resolved) -> bool:
    if isinstance(value, ListExpr):
        return any(_names_model(item, resolved) for item in value.items)
    if not isinstance(value, Reference):
        return False
    symbol = resolved.names.get(value.text)
    return value.span in resolved.references or isinstance(symbol, ModelSymbol | ModelsSymbol)


def _models_of(value: Expr, kind: type[Technique[Any]], scope: Scope) -> Models:
    if isinstance(value, ListExpr) and value.items:
        return [each for item in value.items for each in _models_of(item, kind, scope)]
    if isinstance(value, Reference):
        symbol = scope.resolved.references.get(value.span)
        if isinstance(symbol, ModelsSymbol):
            return list(symbol.models)
        return [symbol if isinstance(symbol, ModelSymbol) else Unknown(value.text)]
    if isinstance(value, Call) and value.callee.text == "top":
        return list(take_top(value, lambda each: _models_of(each, kind, scope), scope))
    help_line = 'declare it first: `model NAME = openai("gpt-4o-mini")`, then give its name'
    scope.values.wrong_type(kind.name, value, "a model first", help_line)
    return [Unknown("")]
