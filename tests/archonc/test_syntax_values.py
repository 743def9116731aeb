"""Numbers, texts and names: what they mean, and what is wrong with them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from archonc.diagnostic import Diagnostic, DiagnosticSink
from archonc.source import Source
from archonc.syntax import parse_program
from archonc.syntax.nodes import Call, ListExpr, ModelsDecl, Number, Text


def read(value: str) -> tuple[object, tuple[Diagnostic, ...]]:
    """Read `models m = value`: the value, if nothing is wrong with it."""
    source = Source("one.archon", f"archon 1\nmodels m = {value}\n")
    sink = DiagnosticSink(source)
    program = parse_program(source, sink)
    found = None
    for statement in program.statements:
        assert isinstance(statement, ModelsDecl)
        found = statement.value
    return found, sink.diagnostics


def mistake(value: str) -> Diagnostic:
    found, diagnostics = read(value)
    assert found is None
    (diagnostic,) = diagnostics
    return diagnostic


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("2k", "2", "k"),
        ("1.5M", "1.5", "M"),
        ("$0.25", "0.25", "$"),
        ("90s", "90", "s"),
        ("250ms", "250", "ms"),
        ("2min", "2", "min"),
        ("1h", "1", "h"),
        ("20%", "20", "%"),
        ("600/min", "600", "/min"),
        ("1.5k/min", "1500", "/min"),
        ("2M/h", "2000000", "/h"),
        ("5/s", "5", "/s"),
        ("7/h", "7", "/h"),
        ("42", "42", ""),
        ("-0.5", "-0.5", ""),
        ("- 3", "-3", ""),
    ],
)
def test_number_has_value_and_unit(written: str, value: str, unit: str) -> None:
    found, diagnostics = read(written)
    assert diagnostics == ()
    assert isinstance(found, Number)
    assert (found.value, found.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(
    ("written", "help_"),
    [
        ("2m", "did you mean `2M` or `2min`?"),
        ("2K", "did you mean `2k`?"),
        ("2sec", "did you mean `2s`?"),
        ("3Hours", "did you mean `3h`?"),
        ("5USD", "did you mean `$5`?"),
        ("9/minute", "did you mean `9/min`?"),
        ("$2k", "did you mean `$2000`?"),
    ],
)
def test_unknown_unit_says_which_may_be_meant(written: str, help_: str) -> None:
    found = mistake(written)
    assert found.code == "A0106"
    assert found.helps == (help_,)


def test_unit_like_no_other_lists_the_known_ones() -> None:
    found = mistake("3parsecs")
    assert found.helps == ()
    assert "`min`" in found.notes[0]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("f(n: 1,000)", "1000"),
        ("f(n: $1,000,000)", "$1000000"),
        ("[1,000]", "1000"),
        ("{ n: 12,500 }", "12500"),
        ("{ n: 1,234,567, m: 2 }", "1234567"),
        ("1_000", "1000"),
        ("2_500_000", "2500000"),
    ],
)
def test_grouped_digits_have_a_message_of_their_own(written: str, plain: str) -> None:
    found = mistake(written)
    assert found.code == "A0107"
    assert found.helps == (f"write `{plain}`",)
    assert [edit.replacement for edit in found.edits] == [plain]


def test_two_numbers_beside_each_other_are_two() -> None:
    found, diagnostics = read("[1,200]")
    assert diagnostics == ()
    assert isinstance(found, ListExpr)
    assert len(found.items) == 2


def test_number_of_many_digits_is_refused() -> None:
    assert mistake("9" * 5000).code == "A0108"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('""', ""),
        (r'"a\n\t\"\\b"', 'a\n\t"\\b'),
        (r'"\u00e9\u{1F600}"', "é😀"),
        ('"# no comment, {{query}} { }"', "# no comment, {{query}} { }"),
        ('""""""', ""),
        ('"""one \\n line"""', "one \\n line"),
        ('"""say "hi""""', 'say "hi"'),
        ('"""\n    a\n      b\n\n    c\n  """', "a\n  b\n\nc"),
        ('"""\n  a\n  """', "a"),
        ('"""first\n    a\n     b"""', "first\na\n b"),
        ('"""\n\ta\n\tb\n"""', "a\nb"),
        ('"""\n\ta\n  b\n"""', "\ta\n  b"),
    ],
)
def test_text_is_what_is_meant(written: str, value: str) -> None:
    found, diagnostics = read(written)
    assert diagnostics == ()
    assert isinstance(found, Text)
    assert found.value == value
    assert found.raw == written.startswith('"""')


@pytest.mark.parametrize("escape", [r"\d", r"\u12", r"\u{}", r"\u{110000}", r"\ud800"])
def test_unknown_escape_is_reported_at_its_place(escape: str) -> None:
    found = mistake(f'"ab{escape}"')
    assert found.code == "A0105"
    start = found.primary.span.start
    assert start == len('archon 1\nmodels m = "ab')
    assert found.source.text[start:].startswith(escape[:2])


def test_name_of_other_letters_is_reported() -> None:
    assert mistake("modèle").code == "A0109"


@pytest.mark.parametrize("char", ["\0", "\x1b", "\u202e", "\ud800", "\ufeff", "\x85"])
@pytest.mark.parametrize("where", ['"a{}b"', "[a, {} b]", "a # {}"])
def test_invisible_character_is_reported_once(char: str, where: str) -> None:
    _, diagnostics = read(where.format(char))
    assert [found.code for found in diagnostics] == ["A0110"]


def test_invisible_characters_on_many_lines_are_not_all_reported() -> None:
    source = Source("one.archon", "archon 1\n" + "# \0\n" * 1000)
    sink = DiagnosticSink(source)
    parse_program(source, sink)
    assert len(sink.diagnostics) == 20
    assert sink.diagnostics[-1].notes == (
        "forbidden characters are shown on the first 20 lines only",
    )


def test_long_chain_of_operators_is_refused() -> None:
    condition = " + ".join(["calls"] * 5000)
    source = Source("one.archon", f"archon 1\narchitecture a {{ require {condition} <= 1 }}\n")
    sink = DiagnosticSink(source)
    parse_program(source, sink)
    assert [found.code for found in sink.diagnostics] == ["A0111"]


def test_what_messages_quote_is_cut() -> None:
    source = Source("one.archon", "archon 1\n" + "x" * 10_000)
    sink = DiagnosticSink(source)
    parse_program(source, sink)
    assert all(len(found.message) < 200 for found in sink.diagnostics)


def test_argument_keeps_its_name() -> None:
    found, _ = read("[f(a, true: false, layer: 1..3)]")
    assert isinstance(found, ListExpr)
    (call,) = found.items
    assert isinstance(call, Call)
    assert [each.name and each.name.text for each in call.arguments] == [None, "true", "layer"]
