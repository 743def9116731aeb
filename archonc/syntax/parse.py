"""From a text to the AST. Every text has one; what could not be read is in the sink."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice, takewhile

from archon_runtime.classes import replace
from archonc.collector import pause_collector
from archonc.diagnostic.codes_syntax import (
    EDITION_MISPLACED,
    EDITION_MISSING,
    EDITION_UNKNOWN,
    GROUPED_DIGITS,
    NESTED_TOO_DEEP,
    UNEXPECTED_TOKEN,
    UNKNOWN_UNIT,
)
from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink, Edit, Label
from archonc.source import Source, Span
from archonc.syntax.blame import report_syntax_error
from archonc.syntax.build import build_statement
from archonc.syntax.build_values import span_of, subtrees
from archonc.syntax.forbidden import blank_forbidden
from archonc.syntax.grammar import lex
from archonc.syntax.mend import mend_statement
from archonc.syntax.nodes import Edition, ImportDecl, Program, Statement
from archonc.syntax.recover import Reader
from archonc.syntax.token_list import TokenList
from archonc.syntax.tree import Tree

__all__ = ["EDITION", "MAX_NESTING", "parse_program"]

EDITION = 1
"""The edition of the language that this compiler reads."""

MAX_NESTING = 100
"""Most brackets that may be open at one place; later passes walk the AST recursively."""

MAX_MISTAKES = 100

MAX_STOPS = 2000
"""Most tokens that may fit nothing, reported or not: one line can hold a million of them."""

_LONG_QUOTE = re.compile(r"`([^`]{60})[^`]{2,}`")


class _CappedSink(DiagnosticSink):
    """Takes so many diagnostics and no more: a file of something else has one a line."""

    most = MAX_MISTAKES

    @property
    def is_full(self) -> bool:
        """Tell whether another diagnostic would be dropped."""
        return len(self._found) >= self.most

    def take_one_more(self) -> None:
        """Be full after one more diagnostic, which will say so."""
        self.most = min(self.most, len(self._found) + 1)

    def lines(self) -> set[int]:
        """Lines that have a mistake."""
        return {self.source.line_column(d.primary.span.start)[0] for d in self._found.values()}

    def add(self, diagnostic: Diagnostic) -> None:
        if not self.is_full:
            last = len(self._found) == self.most - 1
            more = ("mistakes after this one are not shown",) if last else ()
            short = replace(
                diagnostic,
                message=_shorten(diagnostic.message),
                notes=(*diagnostic.notes, *more),
                helps=tuple(map(_shorten, diagnostic.helps)),
            )
            super().add(short)


def _shorten(message: str) -> str:
    """Cut what a message quotes: a name may be as long as the file."""
    return _LONG_QUOTE.sub(r"`\1…`", message)


def parse_program(source: Source, sink: DiagnosticSink) -> Program:
    """Read a program; mistakes go to the sink, and no text raises.

    A statement with a mistake inside is left out, and its name is in `broken`; of an
    architecture only the member with the mistake is. What is left can be checked
    further without a mistake being reported twice.
    """
    with pause_collector():
        return _parse(source, sink)


def _parse(source: Source, sink: DiagnosticSink) -> Program:
    found = _CappedSink(source)
    text = blank_forbidden(found)
    tokens = TokenList(source, lex(text))
    whole = Span(0, len(source.text))
    built: list[Statement | Edition] = []
    deep = tokens.too_deep(MAX_NESTING)
    if deep:
        helps = ("name the inner parts and use their names",)
        message = f"brackets are nested more than {MAX_NESTING} deep"
        found.error(NESTED_TOO_DEEP, message, deep, helps=helps)
    else:
        tree = _read(tokens, found)
        built = [build_statement(child, found) for child in subtrees(tree.children)]
    mistakes = found.diagnostics
    mended = [
        mend_statement(statement, mistakes)
        for statement in built
        if not isinstance(statement, Edition) and not found.is_full
    ]
    intact = tuple(statement for statement in mended if statement is not None)
    edition = None if deep else _check_edition(tokens, built, found)
    for diagnostic in _without_echoes(found.diagnostics):
        sink.add(diagnostic)
    broken = tokens.declared() - {_declared_name(s) for s in intact} if found.has_errors else ()
    return Program(edition, intact, frozenset(broken), whole)


def _read(tokens: TokenList, sink: _CappedSink) -> Tree:
    """Feed all tokens to the parser, and go on after each error."""
    reader = Reader(tokens)
    index, end, last, stops = 0, len(tokens) - 1, -1, 0
    mistaken = sink.lines()
    while index < end:
        if reader.feed(index):
            index += 1
            continue
        stops += 1
        if sink.is_full or stops > MAX_STOPS:
            reader.give_up()
            break
        if stops == MAX_STOPS:
            sink.take_one_more()
        elif index <= last:
            # Reported already, and where it went on led here again: go further on.
            last += 1
            index = reader.skip_to(last)
            continue
        last = index
        # What fits nothing on a line with a mistake is most likely part of that mistake.
        quiet = tokens.line(index) in mistaken and stops < MAX_STOPS
        found = _CappedSink(tokens.source) if quiet else sink
        resumption = report_syntax_error(reader, index, found)
        mistaken.update(found.lines())
        index = reader.skip_to(resumption.index, resumption.misplaced)
    if not reader.is_complete():
        report_syntax_error(reader, end, sink)
        reader.give_up()
    return reader.finish()


def _without_echoes(found: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    """Leave out what another diagnostic has said: `40stop: 1` has one mistake, not two.

    That is what fits nothing right after a number whose unit is none, and such a unit
    in a number whose digits are grouped.
    """
    grouped = [d.primary.span for d in found if d.code == GROUPED_DIGITS]
    units = {d.primary.span.end for d in found if d.code == UNKNOWN_UNIT}

    def is_echo(diagnostic: Diagnostic) -> bool:
        place = diagnostic.primary.span
        if diagnostic.code == UNKNOWN_UNIT:
            return any(_lies_in(place, number) for number in grouped)
        return diagnostic.code == UNEXPECTED_TOKEN and place.start in units

    return [diagnostic for diagnostic in found if not is_echo(diagnostic)]


def _holds_any(outer: Span, places: Sequence[Span]) -> bool:
    """Tell whether one of the places, which are sorted, lies in a span."""
    first = bisect_left(places, outer.start, key=lambda place: place.start)
    after = takewhile(lambda place: place.start <= outer.end, islice(places, first, None))
    return any(_lies_in(place, outer) for place in after)


def _lies_in(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _declared_name(statement: Statement) -> str:
    return statement.alias.text if isinstance(statement, ImportDecl) else statement.name.text


def _check_edition(
    tokens: TokenList, built: list[Statement | Edition], sink: DiagnosticSink
) -> Edition | None:
    """Find the edition; report it where it is missing, unknown or not the first line."""
    editions = [statement for statement in built if isinstance(statement, Edition)]
    if not editions:
        _report_missing(tokens, sink)
        return None
    edition = editions[0]
    if any(_lies_in(found.primary.span, edition.span) for found in sink.diagnostics):
        return None
    known = edition.number.text == str(EDITION)
    if not known:
        sink.error(
            EDITION_UNKNOWN,
            f"edition `{edition.number.text}` of the language is unknown",
            edition.number.span,
            f"this compiler reads edition {EDITION}",
            helps=(f"write `archon {EDITION}`, or install a version of archonc that reads it",),
        )
    first = built[0]
    if not isinstance(first, Edition):
        sink.error(
            EDITION_MISPLACED,
            "the edition is not the first statement",
            edition.span,
            secondary=(Label(Span(first.span.start, first.span.start), "it belongs before this"),),
            helps=(f"move `archon {edition.number.text}` to the top of the file",),
        )
    for again in editions[1:]:
        sink.error(
            EDITION_MISPLACED,
            "the edition is given twice",
            again.span,
            secondary=(Label(edition.span, "first given here"),),
            helps=("remove this line",),
        )
    return edition if known else None


def _report_missing(tokens: TokenList, sink: DiagnosticSink) -> None:
    """Report that there is no edition, unless a line that was meant as one is broken."""
    first = next(token for token in tokens.tokens if token.type != "_SEP")
    editions = (at for at, token in enumerate(tokens.tokens) if token.type == "ARCHON")
    if any(map(tokens.is_first, editions)):
        return
    start = first.start
    if any(found.primary.span.start == start for found in sink.diagnostics):
        return
    sink.error(
        EDITION_MISSING,
        "the file does not say its edition of the language",
        Span(start, start) if first.type == "$END" else span_of(first),
        helps=(f"write `archon {EDITION}` on the first line",),
        edits=(Edit(Span(start, start), f"archon {EDITION}\n\n"),),
    )
