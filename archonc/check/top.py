"""`top(2, of: [a, b, c], order: "ranking.json")`: the first of an ordered list of models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from archonc.check.scope import Scope
from archonc.diagnostic.codes_check import ORDER_MISSING, ORDER_UNREADABLE
from archonc.resolve.arguments import match_arguments, need
from archonc.resolve.symbols import ModelSymbol, Unknown
from archonc.syntax.nodes import Argument, Call, Expr

__all__ = ["take_top"]

Model = ModelSymbol | Unknown | None


def take_top(
    call: Call, read_models: Callable[[Expr], Sequence[Model]], scope: Scope
) -> Sequence[Model]:
    """Read the list, put it into its order, and take the first; one Unknown if that fails."""
    values = scope.values
    matched = match_arguments(
        call.arguments, ("count", "of", "order"), scope.sink, owner="`top`", positional=("count",)
    )
    help_line = "write `top(2, of: [a, b, c])`"
    # Both are reported if both are missing.
    there = [need(each, matched, scope.sink, call.span, "`top`", help_line) for each in _NEEDED]
    if not all(there):
        return [Unknown("")]
    models = list(read_models(matched["of"].value))
    if "order" in matched:
        ordered = _in_order(models, matched["order"], scope)
        if ordered is None:
            return [Unknown("")]
        models = ordered
    count = values.count("top", matched["count"].value, low=1)
    if count is None or any(isinstance(each, Unknown) for each in models):
        return [Unknown("")]
    if count > len(models):
        span = matched["count"].value.span
        values.out_of_range(
            "top", span, f"{count}", f"at most {len(models)}, which are in the list"
        )
        return [Unknown("")]
    return models[:count]


_NEEDED = ("count", "of")


def _in_order(models: list[Model], argument: Argument, scope: Scope) -> list[Model] | None:
    path = scope.values.text("order", argument.value)
    if path is None:
        return None
    span = argument.value.span
    try:
        text = scope.read_text(f"{scope.folder}/{path}" if scope.folder else path)
        places = _read_order(text)
    except FileNotFoundError:
        scope.sink.warn(
            ORDER_MISSING,
            f"`{path}` is not there, so the list keeps the order in which it is written",
            span,
            "no such file yet",
            helps=("write it: a JSON list of the models' names, best first",),
        )
        return models
    except (OSError, ValueError, RecursionError) as error:
        _report_unreadable(path, getattr(error, "strerror", None) or str(error), argument, scope)
        return None
    unranked = [each for each in models if _place(each, places) is None]
    if unranked:
        listed = ", ".join(f"`{each.name}`" for each in unranked if each is not None)
        _report_unreadable(path, f"it gives no place to {listed}", argument, scope)
        return None
    return sorted(models, key=lambda each: _place(each, places) or 0)


def _read_order(text: str) -> Mapping[str, int]:
    """Read a list of names, or an object with such a list as `order`."""
    import json  # here: few programs order their models by a file

    read = json.loads(text)
    names = read.get("order") if isinstance(read, dict) else read
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise ValueError("it holds no list of names")
    return {name: place for place, name in enumerate(names)}


def _place(model: Model, places: Mapping[str, int]) -> int | None:
    if not isinstance(model, ModelSymbol):
        return 0  # reported already
    # A model of an imported file may be named with that file's alias or without.
    return places.get(model.name, places.get(model.name.rpartition(".")[2]))


def _report_unreadable(path: str, why: str, argument: Argument, scope: Scope) -> None:
    scope.sink.error(
        ORDER_UNREADABLE,
        f"`{path}` cannot order the list: {why[0].lower()}{why[1:]}",
        argument.value.span,
        "cannot be used",
        helps=('it is a JSON list of the models\' names, best first: `["sonnet", "qwen"]`',),
    )
