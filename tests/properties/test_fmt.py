"""The formatter changes nothing that means something, and has no more to do a second time."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from archonc.diagnostic import DiagnosticSink, render_text
from archonc.format import format_source, print_expr, print_program, print_statement
from archonc.source import Source
from archonc.syntax import parse_program
from archonc.syntax.nodes import Expr, ModelsDecl, Program, Statement
from tests.archonc.test_syntax_errors import PROGRAM
from tests.archonc.test_syntax_grammar import HOLES
from tests.properties.relaid import comments_in, relaid
from tests.properties.strategies import exprs, programs, statements, without_spans
from tests.properties.test_parser import WORDS


def parse(text: str) -> Program:
    source = Source("any.archon", text)
    sink = DiagnosticSink(source)
    program = parse_program(source, sink)
    assert not sink.diagnostics, render_text(sink.diagnostics[0])
    return program


def fmt(text: str) -> str:
    source = Source("any.archon", text)
    sink = DiagnosticSink(source)
    formatted = format_source(source, sink)
    assert formatted is not None, render_text(sink.diagnostics[0])
    return formatted


@given(programs)
@settings(max_examples=150, deadline=None)
def test_printed_program_reads_back_as_the_same_ast(program: Program) -> None:
    text = print_program(program)
    assert without_spans(parse(text)) == program
    assert fmt(text) == text


@given(programs, st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_layout_and_comments_never_change_the_ast(program: Program, seed: int) -> None:
    odd = relaid(print_program(program), seed)
    formatted = fmt(odd)
    assert without_spans(parse(formatted)) == without_spans(parse(odd)) == program
    assert comments_in(formatted) == comments_in(odd)
    assert fmt(formatted) == formatted
    lines = formatted.split("\n")
    assert lines[-1] == ""
    assert lines[-2] != ""
    assert lines[0] != ""


@given(st.sampled_from([PROGRAM, HOLES]), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_real_programs_survive_any_layout(program: str, seed: int) -> None:
    odd = relaid(fmt(program), seed)
    formatted = fmt(odd)
    assert without_spans(parse(formatted)) == without_spans(parse(program))
    assert comments_in(formatted) == comments_in(odd)
    assert fmt(formatted) == formatted


@given(statements)
@settings(max_examples=80, deadline=None)
def test_printed_statement_stands_for_itself(statement: Statement) -> None:
    program = parse(f"archon 1\n{print_statement(statement)}\n")
    assert without_spans(program).statements == (statement,)


@given(exprs)
@settings(max_examples=80, deadline=None)
def test_printed_value_stands_for_itself(expr: Expr) -> None:
    (statement,) = without_spans(parse(f"archon 1\nmodels m = {print_expr(expr)}\n")).statements
    assert isinstance(statement, ModelsDecl)
    assert statement.value == expr


@given(st.lists(st.sampled_from(WORDS), max_size=30), st.sampled_from([" ", "\n", ", "]))
@settings(max_examples=80, deadline=None)
def test_whatever_is_read_without_a_mistake_is_formatted(words: list[str], space: str) -> None:
    text = "archon 1\n" + space.join(words)
    source = Source("any.archon", text)
    sink = DiagnosticSink(source)
    formatted = format_source(source, sink)
    assert (formatted is None) == sink.has_errors
    if formatted is not None:
        assert without_spans(parse(formatted)) == without_spans(parse(text))
        assert fmt(formatted) == formatted


@given(st.integers(0, 2**32), st.sampled_from([PROGRAM, HOLES]))
@settings(max_examples=150, deadline=None)
def test_damaged_program_is_formatted_or_left_alone(seed: int, program: str) -> None:
    chance = random.Random(seed)
    at = chance.randrange(len(program))
    cut = program[:at] + chance.choice(["", "\n", ",", " ", "#", "}", "1"]) + program[at + 1 :]
    source = Source("any.archon", cut)
    sink = DiagnosticSink(source)
    formatted = format_source(source, sink)
    assert (formatted is None) == sink.has_errors
    if formatted is not None:
        assert without_spans(parse(formatted)) == without_spans(parse(cut))
        assert comments_in(formatted) == comments_in(cut)
        assert fmt(formatted) == formatted
