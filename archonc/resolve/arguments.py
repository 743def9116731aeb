"""Match arguments with the names that something knows: options, settings, fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archonc.diagnostic.codes_check import GIVEN_TWICE, MISSING_OPTION, UNKNOWN_OPTION
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit, Label
from archonc.diagnostic.suggest import suggest
from archonc.source import Span
from archonc.syntax.nodes import Argument

__all__ = ["match_arguments", "need"]


def match_arguments(
    arguments: Sequence[Argument],
    known: Sequence[str],
    sink: DiagnosticSink,
    *,
    owner: str,
    positional: Sequence[str] = (),
    elsewhere: Mapping[str, str] | None = None,
) -> dict[str, Argument]:
    """Give each argument its name; report unknown ones and those given twice.

    Arguments without a name take those of *positional* in order. *owner* is how
    messages call the thing; *elsewhere* has a help line for names that belong to
    something else.
    """
    matched: dict[str, Argument] = {}
    open_places = list(positional)
    for argument in arguments:
        if argument.name is not None:
            name = argument.name.text
            if name not in known:
                _report_unknown(argument, known, sink, owner, elsewhere or {})
                continue
        elif open_places:
            name = open_places.pop(0)
        else:
            _report_nameless(argument, known, sink, owner)
            continue
        if name in matched:
            first = Label(matched[name].span, "first given here")
            message = f"`{name}` is given twice"
            sink.error(GIVEN_TWICE, message, argument.span, "given again", secondary=(first,))
        else:
            matched[name] = argument
    return matched


def need(
    name: str,
    matched: Mapping[str, Argument],
    sink: DiagnosticSink,
    span: Span,
    owner: str,
    help_line: str,
) -> bool:
    """Report, at *span*, that an option is missing; True if it is there."""
    if name in matched:
        return True
    message = f"{owner} needs `{name}`"
    sink.error(MISSING_OPTION, message, span, f"`{name}` is missing", helps=(help_line,))
    return False


def _report_unknown(
    argument: Argument,
    known: Sequence[str],
    sink: DiagnosticSink,
    owner: str,
    elsewhere: Mapping[str, str],
) -> None:
    name = argument.name
    if name is None:
        return
    near = suggest(name.text, known)
    edits: tuple[Edit, ...] = ()
    if name.text in elsewhere:
        helps: tuple[str, ...] = (elsewhere[name.text],)
    elif near:
        helps = (f"did you mean `{near}`?",)
        edits = (Edit(name.span, near),)
    else:
        helps = (_listing(owner, known),)
    message = f"{owner} has no option `{name.text}`"
    sink.error(UNKNOWN_OPTION, message, name.span, "unknown option", helps=helps, edits=edits)


def _report_nameless(
    argument: Argument, known: Sequence[str], sink: DiagnosticSink, owner: str
) -> None:
    message = f"{owner} takes no value without a name here"
    helps = ("write `name: value`; " + _listing(owner, known),)
    sink.error(UNKNOWN_OPTION, message, argument.span, "which option is this?", helps=helps)


def _listing(owner: str, known: Sequence[str]) -> str:
    if not known:
        return f"{owner} takes no options"
    return f"{owner} takes " + ", ".join(f"`{name}`" for name in known)
