"""What the formatter makes of programs: pairs of files, and ASTs that were never a text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from archonc.diagnostic import DiagnosticSink
from archonc.format import format_source, print_expr, print_program, print_statement
from archonc.source import Source
from archonc.syntax import nodes, parse_program
from archonc.syntax.nodes import ArchitectureDecl, ListExpr, ModelsDecl, Program, Text
from tests.properties.strategies import NOWHERE, without_spans

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name.partition(".")[0] for path in CASES.glob("*.input.archon"))


def read(name: str) -> str:
    return (CASES / f"{name}.archon").read_text(encoding="utf-8")


def parse(text: str) -> Program:
    source = Source("any.archon", text)
    sink = DiagnosticSink(source)
    program = parse_program(source, sink)
    assert sink.diagnostics == ()
    return program


def fmt(text: str) -> str | None:
    source = Source("any.archon", text)
    return format_source(source, DiagnosticSink(source))


@pytest.mark.parametrize("name", NAMES)
def test_program_is_laid_out_as_expected(name: str) -> None:
    expected = read(f"{name}.expected")
    assert fmt(read(f"{name}.input")) == expected
    assert fmt(expected) == expected


def classes_in(node: object) -> set[str]:
    """Name the classes of a node and of all below it."""
    if isinstance(node, tuple):
        return {name for each in node for name in classes_in(each)}
    if not is_dataclass(node):
        return set()
    inner = {name for each in fields(node) for name in classes_in(getattr(node, each.name))}
    return {type(node).__name__, *inner}


def test_every_class_of_the_ast_is_printed() -> None:
    program = parse(read("everything.input"))
    # What could not be read is in no program that is printed.
    others = {"Expr", "Member", "Statement", "BrokenMember", "without_spans"}
    assert classes_in(program) - {"Span", "Decimal"} == set(nodes.__all__) - others
    for text in (print_program(program), read("everything.expected")):
        assert without_spans(parse(text)) == without_spans(program)


def test_program_without_a_source_is_laid_out_anew() -> None:
    program = without_spans(parse(read("everything.input")))
    assert print_program(program) == read("everything.made")


def test_budget_of_a_layer_stays_where_it_was_written() -> None:
    text = "archon 1\n\narchitecture a { layer b { generator(c), budget { calls: 1 } } }\n"
    assert fmt(text) == text
    # Without a text, nothing tells where it stood.
    assert "    budget { calls: 1 }\n    generator(c)\n" in print_program(parse(text))


def test_program_with_a_mistake_is_not_formatted() -> None:
    source = Source("any.archon", "archon 1\nmodel a = sim(\nmodel b = sim()\n")
    sink = DiagnosticSink(source)
    assert format_source(source, sink) is None
    assert [diagnostic.code for diagnostic in sink.diagnostics] == ["A0102"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", '"""plain"""'),
        ("", '""""""'),
        ('ends with "', '"""ends with """"'),
        ('three """ inside', '"three \\"\\"\\" inside"'),
        ("two\nlines", '"""\n  two\n  lines\n"""'),
        ("  an indented\nfirst", '"""\n    an indented\n  first\n"""'),
        ("  all\n  indented", '"  all\\n  indented"'),
        ("  first\n\n", '"""  first\n\n\n"""'),
        ("a line of blanks\n  \nis none", '"a line of blanks\\n  \\nis none"'),
        ("a bell\a", '"a bell\\u{7}"'),
    ],
)
def test_raw_text_is_raw_if_a_raw_text_can_have_its_value(value: str, written: str) -> None:
    assert print_expr(Text(value, True, NOWHERE)) == written
    (statement,) = parse(f"archon 1\nmodels a = {written}\n").statements
    assert isinstance(statement, ModelsDecl)
    assert isinstance(statement.value, Text)
    assert statement.value.value == value


def test_text_is_escaped_where_it_must_be() -> None:
    value = 'é "q" \\ \n\t\u202e\x00'
    assert print_expr(Text(value, False, NOWHERE)) == r'"é \"q\" \\ \n\t\u{202e}\u{0}"'


def test_long_value_is_broken_where_it_does_not_fit() -> None:
    items = tuple(Text("x" * 30, False, NOWHERE) for _ in range(4))
    printed = print_expr(ListExpr(items, NOWHERE))
    assert printed.split("\n") == ["[", *[f'  "{"x" * 30}"'] * 4, "]"]


def test_one_statement_is_printed_without_its_line_end() -> None:
    program = parse("archon 1\narchitecture one { layer generator(a, samples: 2) }\n")
    (statement,) = program.statements
    assert print_statement(statement) == ("architecture one {\n  layer generator(a, samples: 2)\n}")
    assert program.edition is not None
    assert print_statement(program.edition) == "archon 1"


def test_changed_ast_is_printed_as_it_is_now() -> None:
    program = parse("archon 1\narchitecture one { layer voter(), answer: first }\n")
    (statement,) = program.statements
    assert isinstance(statement, ArchitectureDecl)
    body = replace(statement.body, members=statement.body.members[:1])
    changed = replace(program, statements=(replace(statement, body=body),))
    assert print_program(changed) == "archon 1\n\narchitecture one {\n  layer voter()\n}\n"


def test_deepest_nesting_that_is_read_is_printed() -> None:
    text = f"archon 1\n\nmodels a = {'[' * 100}{']' * 100}\n"
    assert fmt(text) is not None
    calls = f"archon 1\n\nmodels a = {'f({ a: ' * 50}1{' })' * 50}\n"
    formatted = fmt(calls)
    assert formatted is not None
    assert without_spans(parse(formatted)) == without_spans(parse(calls))
    long_sum = f"archon 1\narchitecture a {{\n  require {' + '.join(['b'] * 100)} < 1\n}}\n"
    assert fmt(long_sum) is not None
