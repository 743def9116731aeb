"""From an AST to the text of a program in the one style that there is.

specs/language.md#layout states the style.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from archon_runtime.classes import replace
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.format.document import Doc, Entry, flat_width
from archonc.format.gaps import Gap, Written
from archonc.format.layout import WIDTH, render, render_entries
from archonc.format.statements import StatementPrinter
from archonc.format.values import ValuePrinter
from archonc.source import Source
from archonc.syntax.nodes import (
    ArchitectureDecl,
    Edition,
    Expr,
    ModelDecl,
    ModelsDecl,
    Program,
    PromptDecl,
    ProviderDecl,
    SearchDecl,
    Statement,
)
from archonc.syntax.parse import parse_program

__all__ = ["format_source", "print_expr", "print_program", "print_statement"]

_ALIGNED = (ProviderDecl, ModelDecl, ModelsDecl)
_SET_APART = (Edition, PromptDecl, ArchitectureDecl, SearchDecl)


def format_source(source: Source, sink: DiagnosticSink) -> str | None:
    """Format a program; None if it has a mistake of syntax, which is in the sink.

    The AST lacks the statements that have mistakes: printed, they would be lost.
    """
    found = DiagnosticSink(source)
    program = parse_program(source, found)
    for diagnostic in found.diagnostics:
        sink.add(diagnostic)
    return None if found.has_errors else print_program(program, source)


def print_program(program: Program, source: Source | None = None) -> str:
    """Print a program, with comments and groups if *source* is what it was read from.

    With one, the program is as it was read, and was read without a mistake. Without
    one it has no comments, and spans are not looked at, so that an AST which a program
    made or changed can be printed. The text ends with a line end.
    """
    edition = (program.edition,) if program.edition else ()
    statements = (*edition, *program.statements)
    written = Written(source.text if source else None)
    printer = StatementPrinter(written)
    docs = [printer.statement(statement) for statement in statements]
    short = [_is_short(doc) for doc in docs]
    gaps = _gaps(statements, short, written)
    entries = list[Entry]()
    for run in _runs(statements, short, gaps):
        width = _common_width(statements, docs, run)
        entries += (
            Entry(
                printer.statement(statements[at], width=width) if width else docs[at],
                gaps[at].comments,
                gaps[at].blank,
                gaps[at + 1].after,
            )
            for at in run
        )
    return render_entries(entries, gaps[-1].comments)


def print_statement(statement: Statement | Edition) -> str:
    """Print one statement without comments and without a line end."""
    return render(StatementPrinter(Written(None)).statement(statement))


def print_expr(expr: Expr) -> str:
    """Print a value; on one line if it fits there and holds no text of several lines."""
    return render(ValuePrinter(Written(None)).value(expr))


def _is_short(doc: Doc) -> bool:
    width = flat_width(doc)
    return width is not None and width <= WIDTH


def _gaps(
    statements: Sequence[Statement | Edition], short: Sequence[bool], written: Written
) -> list[Gap]:
    """Give the gaps around statements, with the blank lines that the style asks for."""
    if written.text is None:
        kinds = [type(statement) for statement in statements]
        blanks = [False, *(one is not other for one, other in pairwise(kinds))]
        gaps = [Gap("", (), blank, False) for blank in (*blanks, False)]
    else:
        gaps = written.gaps(0, [each.span for each in statements], len(written.text))
    apart = [
        not fits or isinstance(statement, _SET_APART)
        for statement, fits in zip(statements, short, strict=True)
    ]
    for at in range(1, len(statements)):
        if apart[at - 1] or apart[at]:
            gaps[at] = _with_blank(gaps[at])
    return gaps


def _with_blank(gap: Gap) -> Gap:
    """Have a blank line in a gap; comments without one belong to what follows them."""
    if gap.blank or any(comment.blank for comment in gap.comments):
        return gap
    if not gap.comments:
        return replace(gap, blank=True)
    first, *others = gap.comments
    return replace(gap, comments=(replace(first, blank=True), *others))


def _runs(
    statements: Sequence[Statement | Edition], short: Sequence[bool], gaps: Sequence[Gap]
) -> Iterator[range]:
    """Cut statements into runs, of which the `=` of each is aligned."""
    start = 0
    for at in range(1, len(statements) + 1):
        together = (
            at < len(statements)
            and short[at - 1]
            and short[at]
            and isinstance(statements[at], _ALIGNED)
            and type(statements[at]) is type(statements[at - 1])
            and not gaps[at].blank
            and not gaps[at].comments
        )
        if not together:
            yield range(start, at)
            start = at


def _common_width(
    statements: Sequence[Statement | Edition], docs: Sequence[Doc], run: Sequence[int]
) -> int:
    """Tell how wide what stands before `=` is in a run; 0 if it is not to be aligned."""
    heads = {at: _head_width(statements[at]) for at in run}
    widest = max(heads.values())
    lines = (widest - head + (flat_width(docs[at]) or 0) for at, head in heads.items())
    return widest if len(run) > 1 and max(lines) <= WIDTH else 0


def _head_width(statement: Statement | Edition) -> int:
    match statement:
        case ProviderDecl():
            return len("provider ") + len(statement.name.text)
        case ModelDecl():
            return len("model ") + len(statement.name.text)
        case ModelsDecl():
            return len("models ") + len(statement.name.text)
        case _:
            return 0
