"""Target: what is formatted means the same, keeps its comments, and stays as it is."""

from __future__ import annotations

from archonc.diagnostic import DiagnosticSink
from archonc.format import format_source
from archonc.source import Source
from archonc.syntax import parse_program
from archonc.syntax.nodes import Program, without_spans
from tests.fuzz.programs import mutate_program, programs
from tests.fuzz.target import Target, assert_shown
from tests.properties.relaid import comments_in

__all__ = ["TARGET", "run"]


def run(text: str) -> None:
    """Format *text*, or hear why it cannot be."""
    source = Source("any.archon", text)
    sink = DiagnosticSink(source)
    formatted = format_source(source, sink)
    assert_shown(sink.diagnostics)
    assert (formatted is None) == sink.has_errors
    if formatted is None:
        return
    assert without_spans(_parse(formatted)) == without_spans(_parse(text))
    assert comments_in(formatted) == comments_in(text)
    again = Source("any.archon", formatted)
    assert format_source(again, DiagnosticSink(again)) == formatted


def _parse(text: str) -> Program:
    source = Source("any.archon", text)
    sink = DiagnosticSink(source)
    program = parse_program(source, sink)
    assert not sink.has_errors
    return program


TARGET = Target("format", run, programs, mutate_program)
