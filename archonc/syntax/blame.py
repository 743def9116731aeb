"""Say what is wrong where the parser stopped, and where the mistake really is."""

from __future__ import annotations

from archon_runtime.classes import dataclass
from archonc.diagnostic.codes_syntax import (
    MISPLACED_STATEMENT,
    UNCLOSED_BRACKET,
    UNEXPECTED_TOKEN,
    UNMATCHED_BRACKET,
)
from archonc.diagnostic.diagnostic import DiagnosticSink, Label
from archonc.source import Span
from archonc.syntax.build_values import span_of
from archonc.syntax.expected import describe_expected, describe_found
from archonc.syntax.grammar import CLOSERS
from archonc.syntax.mistakes import Place, recognise
from archonc.syntax.recover import Reader
from archonc.syntax.token_list import MEMBERS

__all__ = ["Resumption", "report_syntax_error"]

_PARTNER = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Resumption:
    """Where to look for a place to go on from, and a statement that is not one."""

    index: int
    misplaced: int | None = None


def report_syntax_error(reader: Reader, index: int, sink: DiagnosticSink) -> Resumption:
    """Report the token that the reader could not take, once."""
    tokens = reader.tokens
    token = tokens[index]
    if token.type == "$END" and reader.opened:
        _report_unclosed(reader, index, sink)
        return Resumption(index)
    # A keyword is a name to the parser where names fit, so it stops one token later.
    before = index - 1 if index and token.type != "EQUAL" else index
    start = next((at for at in (index, before) if tokens.is_start(at)), None)
    if start is not None:
        height = reader.statement_height(start)
        if height is None or (reader.opened and height < reader.opened[-1][1]):
            return _report_start(reader, start, height, sink)
    if token.type in CLOSERS and reader.bracket != CLOSERS[token.type]:
        _report_closer(reader, index, sink)
        return Resumption(index)
    place = Place(tokens, index, reader.accepted())
    mistake = recognise(place)
    if mistake:
        sink.error(
            mistake.code,
            mistake.message,
            mistake.span,
            mistake.label,
            helps=mistake.helps,
            edits=mistake.edits,
        )
        return Resumption(index)
    expected = describe_expected(place.accepted, reader.bracket)
    message = f"expected {expected}, found {describe_found(token)}"
    sink.error(UNEXPECTED_TOKEN, message, _found_span(reader, index), f"expected {expected}")
    return Resumption(index)


def _found_span(reader: Reader, index: int) -> Span:
    """Span of a token; of a separator only its comma, or the empty end of the line."""
    token, span = reader.tokens[index], span_of(reader.tokens[index])
    if token.type == "_SEP":
        return Span(span.start, span.start + token.text.startswith(","))
    return span


def _report_start(
    reader: Reader, start: int, height: int | None, sink: DiagnosticSink
) -> Resumption:
    """Report a statement that starts where none may: it is misplaced, or a bracket is open."""
    tokens = reader.tokens
    word = tokens[start].text
    if height is None:
        closes = [at for at in (start - 2,) if at >= 0 and tokens[at].type == "RBRACE"]
        secondary = tuple(Label(span_of(tokens[at]), "the braces end here") for at in closes)
        sink.error(
            MISPLACED_STATEMENT,
            f"`{word}` stands outside an architecture",
            span_of(tokens[start]),
            secondary=secondary,
            helps=("put it between the braces of an `architecture`",),
        )
        return Resumption(start, misplaced=start)
    opener = reader.opened[-1][0]
    if tokens[opener].type != "LBRACE" or tokens.indent(start) <= tokens.indent(opener):
        _report_unclosed(reader, start, sink)
        return Resumption(start)
    home = "a member of an architecture" if word in MEMBERS else "a statement of the file"
    sink.error(
        MISPLACED_STATEMENT,
        f"`{word}` is {home}, but stands inside other braces",
        span_of(tokens[start]),
        secondary=(Label(span_of(tokens[opener]), "inside these"),),
        helps=("move it out of the braces",),
    )
    return Resumption(start, misplaced=start)


def _report_unclosed(reader: Reader, until: int, sink: DiagnosticSink) -> None:
    """Report the bracket that is open at a token that cannot stand inside it."""
    tokens = reader.tokens
    inner = reader.opened[-1][0]
    dedented = tokens.dedented_pair(inner + 1, until)
    opener = inner if dedented is None else dedented
    bracket = tokens[opener].text
    reader.blamed.add(tokens[opener].type)
    found = tokens[until]
    reason = "the file ends here"
    if found.type in CLOSERS:
        reason = f"`{found.text}` comes first"
    elif found.type != "$END":
        reason = "the next statement starts here"
    sink.error(
        UNCLOSED_BRACKET,
        f"`{bracket}` is never closed",
        span_of(tokens[opener]),
        f"no `{_PARTNER[bracket]}` belongs to it",
        secondary=(Label(span_of(found), reason),),
        helps=(f"write `{_PARTNER[bracket]}` where it ends",),
    )


def _report_closer(reader: Reader, index: int, sink: DiagnosticSink) -> None:
    """Report a closing bracket that is not the innermost one's partner."""
    tokens = reader.tokens
    token = tokens[index]
    if any(tokens[opener].type == CLOSERS[token.type] for opener, _ in reader.opened):
        _report_unclosed(reader, index, sink)
        return
    if not reader.opened:
        message = f"`{token.text}` closes nothing"
        reader.blamed.add(CLOSERS[token.type])
        sink.error(
            UNMATCHED_BRACKET, message, span_of(token), helps=(f"remove the `{token.text}`",)
        )
        return
    opener = tokens[reader.opened[-1][0]]
    partner = _PARTNER[opener.text]
    sink.error(
        UNMATCHED_BRACKET,
        f"`{opener.text}` is closed by `{token.text}`",
        span_of(token),
        f"`{partner}` belongs here",
        secondary=(Label(span_of(opener), "opened here"),),
        helps=(f"write `{partner}`",),
    )
