"""Values as read: each kind takes its own units and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.resolve.values import ValueReader
from archonc.source import Source
from archonc.syntax.nodes import Expr, ModelDecl
from archonc.syntax.parse import parse_program
from tests.archonc.check_text import codes

Read = Callable[[ValueReader, Expr], object]


def read(written: str, how: Read) -> tuple[object, list[str]]:
    source = Source("t.archon", f"archon 1\nmodel m = p({written})\n")
    sink = DiagnosticSink(source)
    (statement,) = parse_program(source, sink).statements
    assert isinstance(statement, ModelDecl)
    value = how(ValueReader(sink, frozenset({"quiet"})), statement.call.arguments[0].value)
    return value, [each.code for each in sink.diagnostics]


def count(values: ValueReader, value: Expr) -> object:
    return values.count("x", value, low=1)


def number(values: ValueReader, value: Expr) -> object:
    return values.number("x", value)


def share(values: ValueReader, value: Expr) -> object:
    return values.share("x", value)


def money(values: ValueReader, value: Expr) -> object:
    return values.money("x", value)


def duration(values: ValueReader, value: Expr) -> object:
    return values.duration("x", value, high=7200)


def rate(values: ValueReader, value: Expr) -> object:
    return values.rate("x", value)


def texts(values: ValueReader, value: Expr) -> object:
    return values.texts("x", value)


def word(values: ValueReader, value: Expr) -> object:
    return values.word("x", value, ("fail", "pass"))


def record(values: ValueReader, value: Expr) -> object:
    return values.record("x", value)


@pytest.mark.parametrize(
    ("written", "how", "expected"),
    [
        ("1.5k", count, 1500),
        ("2M", count, 2_000_000),
        ("-0.5", number, -0.5),
        ("20%", share, 0.2),
        ("0.2", share, 0.2),
        ("$0.25", money, Decimal("0.25")),
        ("250ms", duration, 0.25),
        ("2h", duration, 7200.0),
        ("30/s", rate, 30.0),
        ("3600/h", rate, 1.0),
        ('"a"', texts, ("a",)),
        ('["a", "b"]', texts, ("a", "b")),
        ("pass", word, "pass"),
        ('{ a: { b: [1, "c", false] } }', record, {"a": {"b": [1, "c", False]}}),
    ],
)
def test_value_is_read_with_its_unit(written: str, how: Read, expected: object) -> None:
    assert read(written, how) == (expected, [])


@pytest.mark.parametrize(
    ("written", "how", "code"),
    [
        ("1.5", count, "A0311"),
        ("0", count, "A0312"),
        ("-3", count, "A0312"),
        ("3s", number, "A0311"),
        ('"0.5"', share, "A0311"),
        ("120%", share, "A0312"),
        ("30s", money, "A0311"),
        ("-$1", money, "A0312"),
        ("3h", duration, "A0312"),
        ("0s", duration, "A0312"),
        ("30", rate, "A0311"),
        ("0/s", rate, "A0312"),
        ("5", texts, "A0311"),
        ('["a", b]', texts, "A0311"),
        ('"pass"', word, "A0311"),
        ("paas", word, "A0311"),
        ("5", word, "A0311"),
        ("5", record, "A0311"),
        ("{ a: b }", record, "A0311"),
        ("{ a: 1, a: 2 }", record, "A0314"),
        ("{ a: 5s }", record, "A0311"),
        ("1..3", count, "A0218"),
        ("one_of(1, 2)", count, "A0218"),
    ],
)
def test_value_of_another_kind_is_reported_once(written: str, how: Read, code: str) -> None:
    assert read(written, how) == (None, [code])


@pytest.mark.parametrize("how", [count, number, share, money, duration, rate, word, record])
def test_what_was_reported_elsewhere_is_silent(how: Read) -> None:
    assert read("quiet", how) == (None, [])
    assert read("quiet.part", how) == (None, [])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('checker(command("prog", "-x"))', []),
        ('checker(command(""))', ["A0311"]),
        ("checker(command())", ["A0311"]),
        ("checker(command(5))", ["A0311"]),
        ('checker("checks.py:good")', ["A0311"]),
        ('checker(python("checks.py:not-a-name"))', ["A0311"]),
        ('checker(python("checks.py:good"), timeout: 500ms)', ["A0312"]),
        ('checker(python("checks.py:good"), timeout: 2h)', ["A0312"]),
        ("ranker(a, keep: up_to(3))", []),
        ("ranker(a, keep: up_to())", ["A0311"]),
        ("ranker(a, keep: up_to(n: 3))", ["A0311"]),
        ("ranker(a, keep: most(3))", ["A0311"]),
        ("ranker(a, keep: up_to(0))", ["A0312"]),
        ('ranker(a, prompt: "x")', ["A0311"]),
        ("ranker(a, prompt: a)", ["A0205"]),
        ("ranker([])", ["A0311"]),
    ],
)
def test_options_of_techniques_are_typed(written: str, expected: list[str]) -> None:
    assert codes(f"layer generator(a, samples: 3)\nlayer {written}\nanswer: first") == expected
