"""Each planted mistake gives one diagnostic, on its line; several give several."""

from __future__ import annotations

import pytest

from archonc.diagnostic import DiagnosticSink
from archonc.source import Source
from archonc.syntax.parse import parse_program

PROGRAM = """\
archon 1
provider lab = openai_compatible(base_url: "http://127.0.0.1:8000/v1", key: env("K"))
model a = lab("a", temperature: 0.7, max_tokens: 2k)
models both = [a, a]
prompt strict {
  system: "Be brief."
  example { user: "x", assistant: "y" }
  user: "{{query}}"
}
architecture one {
  budget { calls: 20, time: 90s }
  layer draft { first: generator(a, samples: 5) }
  layer ranker(a, keep: 3)
  layer pick = fuser(a)
  answer: first
}
"""
MISTAKES = [
    ("archon 1\n", "archon 2\n", "A0113", 1),
    ("archon 1\n", "", "A0112", 1),
    ("archon 1\n", "archon one\n", "A0101", 1),
    ("provider lab =", "provider lab :", "A0101", 2),
    ('base_url: "http', 'base_url = "http', "A0101", 2),
    ('env("K")', "env('K')", "A0101", 2),
    ('env("K"))', 'env("K")', "A0102", 2),
    ("model a = lab", "modle a = lab", "A0115", 3),
    ("model a = lab", "model = lab", "A0101", 3),
    ('lab("a", ', 'lab("a, ', "A0104", 3),
    ("0.7", ".7", "A0101", 3),
    ("2k", "2m", "A0106", 3),
    ("2k", "2,000", "A0107", 3),
    ("2k)", "2k);", "A0101", 3),
    ("[a, a]", "[a, a)", "A0103", 4),
    ("[a, a]", "(a, a)", "A0101", 4),
    ('"Be brief."', "“Be brief.”", "A0101", 6),
    ('"Be brief."', '"Be \\q brief."', "A0105", 6),
    ('user: "{{query}}"', 'user: """{{query}}', "A0104", 8),
    ("architecture one {", "architecture one\n{", "A0101", 11),
    ("  budget {", "  budget: {", "A0101", 11),
    ("calls: 20", "calls 20", "A0101", 11),
    ("first: generator", "first = generator", "A0101", 12),
    ("samples: 5) }", "samples: 5 }", "A0102", 12),
    ("  layer ranker(", "  ranker(", "A0115", 13),
    ("  layer ranker(", "  layr ranker(", "A0115", 13),
    ("keep: 3)", "keep: )", "A0101", 13),
    ("keep: 3)", "keep: 3))", "A0103", 13),
    ("  layer pick =", "  layer pick-one =", "A0101", 14),
    ("  answer: first\n}\n", "  answer: first\n", "A0102", 10),
    ("  answer: first\n}\n", "  answer: first\n}\n}\n", "A0103", 17),
    ("  answer: first\n", "  model b = lab()\n", "A0116", 15),
    ("models both", "layer ranker(a)\nmodels both", "A0116", 4),
]


def found_in(text: str) -> list[tuple[str, int]]:
    source = Source("one.archon", text)
    sink = DiagnosticSink(source)
    parse_program(source, sink)
    return [(d.code, source.line_column(d.primary.span.start)[0]) for d in sink.diagnostics]


def test_program_without_a_mistake_has_none() -> None:
    assert found_in(PROGRAM) == []


@pytest.mark.parametrize(("right", "wrong", "code", "line"), MISTAKES)
def test_one_mistake_is_one_diagnostic(right: str, wrong: str, code: str, line: int) -> None:
    assert right in PROGRAM
    assert found_in(PROGRAM.replace(right, wrong, 1)) == [(code, line)]


def test_mistakes_of_several_statements_are_all_reported() -> None:
    text = PROGRAM.replace("2k", "2m").replace("[a, a]", "[a, a)").replace("keep: 3)", "keep: )")
    text = text.replace('"Be brief."', "'Be brief.'")
    assert found_in(text) == [("A0106", 3), ("A0103", 4), ("A0101", 6), ("A0101", 13)]


def test_word_in_the_wrong_place_does_not_spoil_what_follows() -> None:
    text = PROGRAM.replace("  layer ranker(a, keep: 3)", "  maybe concurrency ranker(a)")
    assert found_in(text) == [("A0101", 13)]
    text = text.replace("  layer pick = fuser(a)", "  repeat 2 { layer fuser(a) }")
    assert found_in(text) == [("A0101", 13)]


def test_name_of_a_broken_statement_is_kept() -> None:
    source = Source("one.archon", PROGRAM.replace("2k", "2m"))
    program = parse_program(source, DiagnosticSink(source))
    assert program.broken == {"a"}
    assert [type(statement).__name__ for statement in program.statements] == [
        "ProviderDecl",
        "ModelsDecl",
        "PromptDecl",
        "ArchitectureDecl",
    ]


@pytest.mark.parametrize("opener", ["[", "(", "{ a: "])
def test_deep_nesting_is_a_diagnostic(opener: str) -> None:
    text = f"archon 1\nmodels m = {opener * 100_000}"
    assert found_in(text) == [("A0111", 2)]
