"""Bind lists of models: `models NAME = [a, b]`, and lists where a component takes models."""

from __future__ import annotations

from collections.abc import Mapping

from archonc.diagnostic.codes_check import OUT_OF_RANGE, UNKNOWN_NAME, WRONG_KIND_OF_NAME
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit, Label
from archonc.diagnostic.suggest import suggest
from archonc.resolve.symbols import ModelsSymbol, ModelSymbol, Symbol, Unknown, describe_symbol
from archonc.resolve.values import ValueReader
from archonc.source import Span
from archonc.syntax.nodes import ListExpr, ModelsDecl, Reference

__all__ = ["MOST_MODELS", "bind_name", "report_too_many", "report_unknown_name", "resolve_models"]

MOST_MODELS = 1_000
"""Most models of a list, those of lists in it included."""


def resolve_models(
    declaration: ModelsDecl,
    names: Mapping[str, Symbol],
    values: ValueReader,
    references: dict[Span, Symbol],
) -> ModelsSymbol | Unknown:
    """Bind one list of models; lists in it are put in place of their names."""
    name, value = declaration.name, declaration.value
    if not isinstance(value, ListExpr):
        values.wrong_type(name.text, value, "a list of models", "write `[a, b]`")
        return Unknown(name.text)
    if not value.items:
        values.wrong_type(name.text, value, "at least one model", "write `[a, b]`")
        return Unknown(name.text)
    models: list[ModelSymbol | Unknown] = []
    for item in value.items:
        if not isinstance(item, Reference):
            values.wrong_type(name.text, item, "names of models", "declare it as a `model` first")
            models.append(Unknown(""))
            continue
        symbol = bind_name(item, names, values.sink, (ModelSymbol, ModelsSymbol), "a model")
        references[item.span] = symbol
        if isinstance(symbol, ModelsSymbol):
            models.extend(symbol.models)
        else:
            models.append(symbol if isinstance(symbol, ModelSymbol) else Unknown(item.text))
        if len(models) > MOST_MODELS:
            report_too_many(f"`{name.text}`", value.span, values.sink)
            return Unknown(name.text)
    return ModelsSymbol(name.text, tuple(models), name.span)


def report_too_many(what: str, span: Span, sink: DiagnosticSink) -> None:
    """Report a list that is as long as only lists in lists can be."""
    message = f"{what} lists more than {MOST_MODELS:,} models"
    sink.error(OUT_OF_RANGE, message, span, "too many", helps=("list fewer models",))


def bind_name(
    reference: Reference,
    names: Mapping[str, Symbol],
    sink: DiagnosticSink,
    wanted: tuple[type, ...],
    what: str,
) -> Symbol:
    """Find what *reference* stands for; report it if it is unknown or no *wanted* thing."""
    first = names.get(reference.parts[0].text)
    if isinstance(first, Unknown):
        return first
    symbol = names.get(reference.text)
    if symbol is None:
        fitting = [name for name, each in names.items() if isinstance(each, wanted)]
        # What could not be read may be what was meant.
        unread = [name for name, each in names.items() if isinstance(each, Unknown)]
        report_unknown_name(reference, fitting, unread, sink, what)
        return Unknown(reference.text)
    if isinstance(symbol, wanted):
        return symbol
    if isinstance(symbol, Unknown):
        return symbol
    sink.error(
        WRONG_KIND_OF_NAME,
        f"`{reference.text}` is {describe_symbol(symbol)}, not {what}",
        reference.span,
        f"wants {what}",
        secondary=(Label(symbol.span, "declared here"),),
        helps=(f"write the name of {what}",),
    )
    return Unknown(reference.text)


def report_unknown_name(
    reference: Reference,
    fitting: list[str],
    unread: list[str],
    sink: DiagnosticSink,
    what: str,
) -> None:
    """Report a name that nothing declares; *unread* are names that nobody knows the kind of."""
    near = suggest(reference.text, [*fitting, *unread])
    noun = what.partition(" ")[2]
    if near:
        helps = (f"did you mean `{near}`?",)
    elif fitting:
        helps = ("declared are " + ", ".join(f"`{name}`" for name in fitting),)
    else:
        helps = (f"declare it first: `{_EXAMPLES[noun]}`",)
    sink.error(
        UNKNOWN_NAME,
        f"there is no {noun} `{reference.text}`",
        reference.span,
        f"unknown {noun}",
        helps=helps,
        edits=(Edit(reference.span, near),) if near else (),
    )


_EXAMPLES: Mapping[str, str] = {
    "model": 'model NAME = openai("gpt-4o-mini", max_tokens: 1k)',
    "prompt": 'prompt NAME { user: "{{query}}" }',
}
