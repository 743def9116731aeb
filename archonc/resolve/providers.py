"""Bind provider declarations: a kind and its typed options."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from archon_runtime.plan import ProviderSpec
from archon_runtime.providers.kinds import KINDS, ProviderKind, ProviderOption, ProviderOptionKind
from archonc.diagnostic.codes_check import LITERAL_SECRET, UNKNOWN_PROVIDER
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit
from archonc.diagnostic.suggest import suggest
from archonc.resolve.arguments import match_arguments, need
from archonc.resolve.symbols import ProviderSymbol, Unknown
from archonc.resolve.values import ValueReader
from archonc.syntax.nodes import Argument, Expr, ProviderDecl, Reference

__all__ = ["kind_as_provider", "report_unknown_provider", "resolve_provider"]


def resolve_provider(declaration: ProviderDecl, values: ValueReader) -> ProviderSymbol | Unknown:
    """Bind one provider; an unknown kind makes it Unknown, a wrong option is left out."""
    name, call = declaration.name, declaration.call
    kind = KINDS.get(call.callee.text)
    if kind is None:
        report_unknown_provider(call.callee, KINDS, values.sink)
        return Unknown(name.text)
    options = _read_options(call.arguments, kind, values)
    for option in kind.options:
        if option.required:
            example = f"write `{option.name}: …`: {option.doc[0].lower()}{option.doc[1:-1]}"
            need(option.name, options, values.sink, call.span, f"`{kind.name}`", example)
    read = {
        option.name: _read(option, options[option.name].value, values)
        for option in kind.options
        if option.name in options
    }
    spec = ProviderSpec(kind.name, {key: value for key, value in read.items() if value is not None})
    return ProviderSymbol(name.text, kind, spec, name.span)


def kind_as_provider(callee: Reference, kind: ProviderKind) -> ProviderSymbol | Unknown:
    """Use a kind itself as a provider, without options, under the kind's name."""
    return ProviderSymbol(kind.name, kind, ProviderSpec(kind.name), callee.span)


def report_unknown_provider(
    callee: Reference, known: Mapping[str, object], sink: DiagnosticSink
) -> None:
    """Report a provider that is neither declared nor a kind."""
    near = suggest(callee.text, known)
    listed = ", ".join(f"`{name}`" for name in known)
    helps = [f"did you mean `{near}`?"] if near else [f"there are {listed}"]
    if not near:
        name = callee.parts[-1].text
        helps.append(
            f"for a server that speaks OpenAI's protocol, declare `provider {name} = "
            'openai_compatible(base_url: "https://…/v1", key: env("NAME"))`'
        )
    edits = (Edit(callee.span, near),) if near else ()
    sink.error(
        UNKNOWN_PROVIDER,
        f"there is no provider `{callee.text}`",
        callee.span,
        "unknown provider",
        helps=tuple(helps),
        edits=edits,
    )


def _read_options(
    arguments: tuple[Argument, ...], kind: ProviderKind, values: ValueReader
) -> dict[str, Argument]:
    known = [option.name for option in kind.options]
    return match_arguments(arguments, known, values.sink, owner=f"`{kind.name}`")


def _read(option: ProviderOption, value: Expr, values: ValueReader) -> object | None:
    name = option.name
    match option.kind:
        case ProviderOptionKind.TEXT:
            return _read_address(name, value, values)
        case ProviderOptionKind.SECRET:
            return values.secret(name, value)
        case ProviderOptionKind.COUNT:
            return values.count(name, value, low=0 if option.low is None else option.low)
        case ProviderOptionKind.NUMBER:
            return values.number(name, value, low=option.low)
        case ProviderOptionKind.SHARE:
            return values.share(name, value)
        case ProviderOptionKind.RATE:
            return values.rate(name, value)
        case ProviderOptionKind.DURATION:
            return values.duration(name, value, low=option.low)
        case ProviderOptionKind.RECORD:
            return values.record(name, value)


def _read_address(name: str, value: Expr, values: ValueReader) -> str | None:
    # `http://user:password@host` would put a password into the program and the plan.
    text = values.text(name, value)
    if text is not None and "@" in text and _has_password(text):
        values.sink.hide(value.span)
        values.sink.error(
            LITERAL_SECRET,
            f"`{name}` holds a password, and a program never does",
            value.span,
            "anyone who reads the file reads this",
            helps=('take it out, and give the key as `key: env("NAME")`',),
        )
        return None
    return text


def _has_password(address: str) -> bool:
    """Tell whether an address with an `@` holds a password, or what looks like one."""
    try:
        parts = urlsplit(address)
        # A slash in a password ends the host's part there, with a port that is no number:
        # asking for the port raises.
        password, _ = parts.password, parts.port
    except ValueError:
        return True
    return password is not None
