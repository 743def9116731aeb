"""Check a program that is written into a test: its models are given, its price is too."""

from __future__ import annotations

from decimal import Decimal

from archon_runtime.usage import Price
from archonc.check import Assumptions, Checked, CheckedArchitecture, check
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.load import load
from archonc.resolve import resolve
from archonc.source import Source

MODELS = """archon 1
model a = openai("a", max_tokens: 1k)
model b = openai("b", max_tokens: 500)
"""


def check_text(
    body: str, *, assumed: Assumptions | None = None, models: str = MODELS, priced: bool = True
) -> tuple[Checked, DiagnosticSink]:
    source = Source("test.archon", f"{models}architecture one {{\n{body}\n}}\n")
    sink = DiagnosticSink(source)
    resolved = resolve(load(source, sink), sink)
    price = Price(Decimal(1), Decimal(2)) if priced else None
    return check(resolved, sink, assumed=assumed, price_of=lambda kind, model: price), sink


def sound(body: str, **others: Assumptions | None) -> CheckedArchitecture:
    checked, sink = check_text(body, **others)  # type: ignore[arg-type]
    assert not sink.diagnostics
    return checked.architectures[0]


def codes(body: str, **others: str) -> list[str]:
    return [each.code for each in check_text(body, **others)[1].diagnostics]  # type: ignore[arg-type]
