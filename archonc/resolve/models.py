"""Bind model declarations: a provider, the model's name there, and decoding settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archon_runtime.plan import ModelSpec
from archon_runtime.providers.kinds import KINDS
from archon_runtime.usage import Price
from archon_runtime.weights.known import WEIGHTS
from archonc.diagnostic.codes_check import CONFLICTING_OPTIONS, OUT_OF_RANGE, WRONG_KIND_OF_NAME
from archonc.diagnostic.diagnostic import Label
from archonc.resolve.arguments import match_arguments, need
from archonc.resolve.providers import kind_as_provider, report_unknown_provider
from archonc.resolve.symbols import ModelSymbol, ProviderSymbol, Symbol, Unknown, describe_symbol
from archonc.resolve.values import ValueReader
from archonc.source import Span
from archonc.syntax.nodes import Argument, Expr, ModelDecl, Record, Reference

__all__ = ["SETTINGS", "resolve_model"]

SETTINGS = (
    "temperature",
    "top_p",
    "max_tokens",
    "stop",
    "seed",
    "logprobs",
    "window",
    "price",
    "extra",
    "fallback",
)
"""What a model can be told, beside its name, in the order of the reference."""

_NEEDS = {"max_tokens": "write `max_tokens: 1k`: its API must be told how long an answer may be"}
"""What to do, for each setting that a kind of provider may need."""


def resolve_model(
    declaration: ModelDecl, names: Mapping[str, Symbol], values: ValueReader
) -> ModelSymbol | Unknown:
    """Bind one model; an unknown provider makes it Unknown, a wrong setting is left out.

    Its fallbacks come later, when all models are known: `bind_fallbacks`.
    """
    name, call = declaration.name, declaration.call
    provider = _find_provider(call.callee, names, values)
    if isinstance(provider, Unknown):
        return Unknown(name.text)
    by_path = ("path",) if provider.kind.models_by_path else ()
    owner = f"a model of `{provider.name}`"
    known = tuple(each for each in SETTINGS if each not in provider.kind.lacks)
    matched = match_arguments(
        call.arguments,
        ("model", *by_path, *known),
        values.sink,
        owner=owner,
        positional=("model",),
        elsewhere=_lacking(provider) | _of_the_provider(provider),
    )
    identity = _read_name(matched, call.span, provider, values)
    settings = {
        each: _read(each, matched[each].value, values, provider)
        for each in known
        if each in matched and each != "fallback"
    }
    for each in sorted(provider.kind.needs):
        need(each, matched, values.sink, call.span, owner, _NEEDS[each])
    bad = {key for key, value in settings.items() if value is None}
    if identity is None:
        bad.add("model")
    good = {key: value for key, value in settings.items() if value is not None}
    spec = _make_spec(provider, identity or "", good)
    spans = {key: argument.value.span for key, argument in matched.items()}
    return ModelSymbol(name.text, spec, provider, name.span, spans, frozenset(bad))


def _find_provider(
    callee: Reference, names: Mapping[str, Symbol], values: ValueReader
) -> ProviderSymbol | Unknown:
    first = callee.parts[0].text
    if first in values.silent:
        return Unknown(first)
    symbol = names.get(callee.text)
    if isinstance(symbol, ProviderSymbol | Unknown):
        return symbol
    # Something else may have the name of a kind: what stands here is a provider.
    if callee.text in KINDS:
        return kind_as_provider(callee, KINDS[callee.text])
    if symbol is None:
        declared = {n: s for n, s in names.items() if isinstance(s, ProviderSymbol)}
        report_unknown_provider(callee, {**KINDS, **declared}, values.sink)
        return Unknown(callee.text)
    message = f"`{callee.text}` is {describe_symbol(symbol)}, not a provider"
    secondary = (Label(symbol.span, "declared here"),)
    helps = ('a model is written `provider("name", …)`',)
    values.sink.error(
        WRONG_KIND_OF_NAME,
        message,
        callee.span,
        "wants a provider",
        secondary=secondary,
        helps=helps,
    )
    return Unknown(callee.text)


def _lacking(provider: ProviderSymbol) -> dict[str, str]:
    kind = provider.kind
    return dict.fromkeys(kind.lacks, f"take it out: the API of `{kind.name}` has no such setting")


def _of_the_provider(provider: ProviderSymbol) -> dict[str, str]:
    kind = provider.kind.name
    return {
        option.name: f"it belongs to the provider: `provider NAME = {kind}({option.name}: …)`, "
        "then `NAME(…)` instead"
        for option in provider.kind.options
    }


def _read_name(
    matched: Mapping[str, Argument], span: Span, provider: ProviderSymbol, values: ValueReader
) -> str | None:
    if "model" in matched and "path" in matched:
        values.sink.error(
            CONFLICTING_OPTIONS,
            "a model has a name or a path, not both",
            matched["path"].span,
            "one too many",
            secondary=(Label(matched["model"].span, "the name"),),
            helps=("take one of them out",),
        )
        return None
    given = "path" if "path" in matched else "model"
    example = f'write `{provider.name}("name")` with the name that the provider uses'
    if not need(given, matched, values.sink, span, f"a model of `{provider.name}`", example):
        return None
    value = matched[given].value
    name = values.text(given, value)
    if name is not None and not name.strip():
        values.sink.error(
            OUT_OF_RANGE, f"`{given}` is empty", value.span, "empty", helps=(example,)
        )
        return None
    # A path is marked as one, so that no file is ever taken for a model's name.
    return f"path:{name}" if name is not None and given == "path" else name


def _read(name: str, value: Expr, values: ValueReader, provider: ProviderSymbol) -> object | None:
    match name:
        case "temperature":
            return values.number(name, value, low=0, high=provider.kind.hottest)
        case "top_p":
            return values.share(name, value)
        case "max_tokens" | "window":
            return values.count(name, value, low=1)
        case "seed":
            return values.count(name, value, low=0)
        case "stop":
            return values.texts(name, value)
        case "logprobs":
            return values.flag(name, value)
        case "price":
            return _read_price(value, values)
        case _:
            return values.record(name, value)


def _read_price(value: Expr, values: ValueReader) -> Price | None:
    if not isinstance(value, Record):
        wanted = "a record of dollars per million tokens"
        example = "write `price: { prompt: $0.15, completion: $0.60 }`"
        values.wrong_type("price", value, wanted, example)
        return None
    known = ("prompt", "completion")
    matched = match_arguments(value.fields, known, values.sink, owner="`price`")
    read = {}
    for name in known:
        if need(name, matched, values.sink, value.span, "`price`", f"write `{name}: $…`"):
            read[name] = values.money(name, matched[name].value)
    prompt, completion = read.get("prompt"), read.get("completion")
    return None if prompt is None or completion is None else Price(prompt, completion)


def _make_spec(provider: ProviderSymbol, model: str, good: Mapping[str, Any]) -> ModelSpec:
    settings = dict(good)
    if "window" not in settings and provider.kind.name == "local":
        known = WEIGHTS.get(model)
        settings["window"] = None if known is None else known.window
    return ModelSpec(provider=provider.name, model=model, **settings)
