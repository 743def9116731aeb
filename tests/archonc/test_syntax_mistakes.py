"""Malformed programs that have a message of their own, and what the message offers."""

from __future__ import annotations

import pytest

from archonc.diagnostic import Diagnostic, DiagnosticSink
from archonc.source import Source
from archonc.syntax import parse_program


def mistakes(text: str) -> tuple[Diagnostic, ...]:
    source = Source("one.archon", text)
    sink = DiagnosticSink(source)
    parse_program(source, sink)
    return sink.diagnostics


def mistake(statements: str) -> Diagnostic:
    (found,) = mistakes(f'archon 1\n{statements}\nmodel after = f("x")\n')
    return found


def inside(member: str) -> str:
    return f"architecture one {{\n  {member}\n  layer ranker(after)\n}}"


MENDED = [
    ('model a: f("x")', "`=` stands between a name and what it names, not `:`"),
    ('model a = f("x", n = 1)', "`:` stands between a name and its value here, not `=`"),
    ("model a = f('x')", "a text stands in `\"`, not in `'`"),
    ('model a = f("x");', "`;` ends no statement here"),
    ('model gpt-4o-mini = f("x")', "a name holds no `-`, but `gpt-4o-mini` does"),
    ('model a = f("x", n: .5)', "a number starts with a digit"),
    ('model a = f("x", n: 1,000)', "`1,000` groups its digits, and a comma separates"),
    ('model a = f("x", n: 2K)', "unknown unit `K` in `2K`"),
    ('model a = f("\\d")', "unknown escape `\\d` in a text"),
    ('model a = f("x", extra: { "n": 1 })', "a name stands without quotes"),
    ('modle a = f("x")', "`modle` does not start a statement"),
    (inside("layr critic(after)"), "`layr` does not start a member of an architecture"),
    (inside("critic(after)"), "`critic` does not start a member of an architecture"),
    (inside("answer = first"), "`:` stands between a name and its value here, not `=`"),
]


@pytest.mark.parametrize(("statements", "message"), MENDED)
def test_edit_mends_the_mistake(statements: str, message: str) -> None:
    found = mistake(statements)
    assert found.message == message
    assert found.helps
    (edit,) = found.edits
    text = found.source.text
    assert mistakes(text[: edit.span.start] + edit.replacement + text[edit.span.end :]) == ()


def test_missing_edition_is_mended_by_its_edit() -> None:
    text = '# first\nmodel a = f("x")\n'
    (found,) = mistakes(text)
    (edit,) = found.edits
    assert mistakes(text[: edit.span.start] + edit.replacement + text[edit.span.end :]) == ()


TOLD = [
    ("// a comment", "`//` starts no comment", "a comment starts with `#`"),
    ("/* a comment", "`/*` starts no comment", "a comment starts with `#`"),
    ('model a = f("x)', "the text is not closed on its line", 'close it with `"`'),
    ('model a = f("""x)', 'the text that `"""` opens is never closed', 'close it with `"""`'),
    ("model a = f(“x”)", 'a text stands in `"`, not in `“`', 'write `"…"`'),
    ("model a = f('x)", "a text stands in `\"`, not in `'`", 'write `"…"`'),
    (
        "architecture one\n{\n  layer ranker(after)\n}",
        "`{` stands on a line of its own, and a new line separates",
        "put `{` at the end of the line before",
    ),
    (
        inside("either { }\n  or { }"),
        "`or` stands on a line of its own, and a new line separates",
        "write `} or {` on one line",
    ),
    (
        inside("either { } or { }\n  or { }"),
        "`or` stands on a line of its own, and a new line separates",
        "write `} or {` on one line",
    ),
    ("layer ranker(after)", "`layer` stands outside an architecture", "put it between the braces"),
    ("nonsense", "`nonsense` does not start a statement", "a statement starts with `archon`"),
    (
        inside("nonsense: 1"),
        "`nonsense` does not start a member of an architecture",
        "a member of an architecture starts with `layer`",
    ),
    (
        inside('model b = f("x")'),
        "`model` is a statement of the file, but stands inside other braces",
        "move it out of the braces",
    ),
    (
        inside("layer a {\n    layer b(after)\n  }"),
        "`layer` is a member of an architecture, but stands inside other braces",
        "move it out of the braces",
    ),
]


@pytest.mark.parametrize(("statements", "message", "help_"), TOLD)
def test_mistake_says_how_it_is_written(statements: str, message: str, help_: str) -> None:
    found = mistake(statements)
    assert found.message == message
    assert found.helps[0].startswith(help_)


EXPECTED = [
    ("model a", "expected `=`, found end of line"),
    ("model = f()", "expected a name, found `=`"),
    ("models a =", "expected a value, found end of line"),
    ("models a = [x y]", "expected `,` or `]`, found `y`"),
    ('model a = f("x" n: 1)', "expected `,` or `)`, found `n`"),
    ('model a = f("x", n: )', "expected a value, found `)`"),
    ("model a = f(n: 1..)", "expected a number, found `)`"),
    ('import "x"', "expected `as`, found end of line"),
    ('prompt a { system "x" }', 'expected `:`, found `"x"`'),
    ("search a over { }", "expected a name, found `{`"),
    ("search a over b { c 1 }", "expected `{` or `:`, found `1`"),
    ('model a = f("x") b', "expected the end of the line, found `b`"),
    (inside("require calls"), "expected a comparison such as `<=`, found end of line"),
    (inside("require calls <="), "expected a name, a number or `(`, found end of line"),
    (inside("require (a + b <= 1"), "expected `)`, found `<=`"),
    (inside("repeat { }"), "expected a name or a number, found `{`"),
    (inside("either { }"), "expected `or`, found end of line"),
    (inside("layer x"), "expected `(`, `{` or `=`, found end of line"),
    (inside("budget: 1"), "expected `{`, found `:`"),
    (inside("layer a { budget 3, ranker(after) }"), "expected `(`, `{` or `:`, found `3`"),
]


@pytest.mark.parametrize(("statements", "message"), EXPECTED)
def test_what_was_expected_is_said_in_a_users_words(statements: str, message: str) -> None:
    found = mistake(statements)
    assert (found.code, found.message) == ("A0101", message)
    alternatives = message.partition(", found")[0].split(", ")
    assert len(alternatives) <= 5


def test_budget_of_a_layer_is_read_after_a_mistake() -> None:
    text = "archon 1\narchitecture one {\n  layer a {\n    ranker(x y)\n    budget { calls: 2m }\n"
    text += '  }\n  layer b(x)\n}\nmodel after = f("x")\n'
    assert [found.code for found in mistakes(text)] == ["A0101", "A0106"]


def test_very_many_syntax_errors_end_the_reading() -> None:
    found = mistakes("archon 1\n" + "model a = f(1 2)\n" * 300)
    assert len(found) == 100
