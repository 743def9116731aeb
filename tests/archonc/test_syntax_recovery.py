"""Reading goes on after a mistake: where it goes on, what it blames, what it leaves out."""

from __future__ import annotations

import pytest

from archonc.diagnostic import Diagnostic, DiagnosticSink
from archonc.source import Source, Span
from archonc.syntax import parse_program
from archonc.syntax.grammar import lex
from archonc.syntax.nodes import ArchitectureDecl, BrokenMember, ImportDecl, Program
from tests.archonc.test_syntax_errors import PROGRAM
from tests.archonc.test_syntax_grammar import HOLES


def parse(text: str) -> tuple[Program, tuple[Diagnostic, ...]]:
    source = Source("one.archon", text)
    sink = DiagnosticSink(source)
    return parse_program(source, sink), sink.diagnostics


def declared(program: Program) -> list[str]:
    return [
        each.alias.text if isinstance(each, ImportDecl) else each.name.text
        for each in program.statements
    ]


def architecture(body: str) -> str:
    return f'archon 1\narchitecture one {{\n{body}\n}}\nmodel after = f("x")\n'


BRACKETS = [
    ("  layer a(x,\n  layer b(y)", "A0102", 3, "("),
    ("  layer a {\n    g(x)\n  layer b(y)", "A0102", 3, "{"),
    ("  layer a([x, y)\n  layer b(y)", "A0102", 3, "["),
    ("  layer a(x\n  answer: first", "A0102", 3, "("),
    ("  layer a(x]\n  layer b(y)", "A0103", 3, "]"),
    ("  repeat 2 {\n    layer a(x)\n  layer b(y)", "A0102", 3, "{"),
    ("  budget { calls: 3\n  layer b(y)", "A0102", 3, "{"),
    ("  layer a(x, extra: { b: 1 )\n  layer b(y)", "A0102", 3, "{"),
    ("  layer a x)\n  layer b(y)", "A0101", 3, "x"),
    ("  repeat 2 layer a(x) }\n  layer b(y)", "A0101", 3, "layer"),
    ("  layer a((x)\n  layer b(y)", "A0101", 3, "("),
    ("  either {\n    layer a(x)\n  }\n  or {\n    layer b(y)\n  }", "A0101", 6, "or"),
    ("  layer a(x) b(y)\n  layer c(z)", "A0101", 3, "b"),
    ("  layer\n  layer b(y)", "A0101", 3, ""),
    ("  maybe critic(x)\n  layer b(y)", "A0101", 3, "critic"),
]


@pytest.mark.parametrize(("body", "code", "line", "blamed"), BRACKETS)
def test_mistake_in_an_architecture_stays_in_it(
    body: str, code: str, line: int, blamed: str
) -> None:
    program, diagnostics = parse(architecture(body))
    (found,) = diagnostics
    span = found.primary.span
    assert (found.code, found.source.line_column(span.start)[0]) == (code, line)
    assert found.source.text[span.start : span.end] == blamed
    assert declared(program)[-1] == "after"
    # With a brace too many or too few nobody knows what belongs to the architecture.
    assert program.broken == ({"one"} if blamed in "{}" and blamed else set())
    for statement in program.statements:
        if isinstance(statement, ArchitectureDecl):
            assert [type(each) for each in statement.body.members].count(BrokenMember) == 1


def test_bracket_further_in_is_blamed_by_its_indentation() -> None:
    text = "archon 1\narchitecture one {\n  layer a {\n    g(x)\n}\n"
    _, (found,) = parse(text)
    assert (found.code, found.source.line_column(found.primary.span.start)) == ("A0102", (3, 11))
    assert found.secondary[0].span == Span(len(text), len(text))


def test_names_of_what_cannot_be_read_are_known() -> None:
    program, _ = parse(
        'archon 1\nimport "a.archon" at x\nimport "b.archon" as lib )\nmodle a = f("x")\n'
        'model b = f("x"\nmodels c = [b] model d = f("y")\nprompt e { user "x" }\n'
        'search g over { }\nmodel h = f("x")\n'
    )
    assert declared(program) == ["h"]
    assert program.broken == {"lib", "a", "b", "c", "d", "e", "g"}


def test_program_without_a_mistake_has_nothing_broken() -> None:
    assert parse(PROGRAM)[0].broken == frozenset()


@pytest.mark.parametrize(
    ("head", "codes"),
    [
        ("", ["A0112"]),
        ("archon 1\n", []),
        ("archon 2\n", ["A0113"]),
        ("archon 1.0\n", ["A0113"]),
        ("archon 1k\n", ["A0113"]),
        ("archon 1m\n", ["A0106"]),
        ("archon\n", ["A0101"]),
        ("1\n", ["A0101"]),
        ("archn 1\n", ["A0115"]),
        ("archon 1\narchon 1\n", ["A0114"]),
    ],
)
def test_edition_is_reported_once(head: str, codes: list[str]) -> None:
    program, diagnostics = parse(head + 'model a = f("x")\n')
    assert [found.code for found in diagnostics] == codes
    assert declared(program) == ["a"]
    assert (program.edition is not None) == (not codes or codes == ["A0114"])


def test_edition_in_the_wrong_place_is_reported() -> None:
    program, (found,) = parse('model a = f("x")\narchon 1\n')
    assert found.code == "A0114"
    assert program.edition is not None


def test_file_of_something_else_gives_few_diagnostics() -> None:
    lines = ["name,size,colour", *(f"row {i},{i},'red'" for i in range(2000))]
    _, diagnostics = parse("\n".join(lines))
    assert len(diagnostics) < 5


def test_very_many_mistakes_are_cut_off_and_nothing_is_kept() -> None:
    program, diagnostics = parse("archon 1\n" + 'model a = f("x", n: 2m)\n' * 300)
    assert len(diagnostics) == 100
    assert diagnostics[-1].notes[-1] == "mistakes after this one are not shown"
    assert program.statements == ()


@pytest.mark.parametrize("text", [PROGRAM, HOLES], ids=["program", "holes"])
def test_any_missing_token_is_one_mistake(text: str) -> None:
    counts = [len(parse(text[: token.start] + text[token.end :])[1]) for token in lex(text)[:-1]]
    assert max(counts) <= 2
    # Two are tolerable where one character changes what several others mean.
    assert sum(count > 1 for count in counts) <= len(counts) // 50
