"""The AST of the whole language: what each construct becomes, and where it stands."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import pytest

from archonc.diagnostic import DiagnosticSink
from archonc.source import Source, Span
from archonc.syntax import parse_program
from archonc.syntax.nodes import (
    AnswerMember,
    ArchitectureDecl,
    BudgetMember,
    Call,
    Comparison,
    EitherMember,
    ExampleMember,
    ImportDecl,
    LayerMember,
    Member,
    Operation,
    Program,
    PromptDecl,
    PromptText,
    RangeExpr,
    Record,
    RepeatMember,
    RequireMember,
    SearchDecl,
)
from tests.archonc.test_syntax_errors import PROGRAM
from tests.archonc.test_syntax_grammar import HOLES


def parse(text: str) -> Program:
    source = Source("one.archon", text)
    sink = DiagnosticSink(source)
    program = parse_program(source, sink)
    assert sink.diagnostics == ()
    return program


def members(body: str) -> tuple[Member, ...]:
    (statement,) = parse(f"archon 1\narchitecture one {{\n{body}\n}}\n").statements
    assert isinstance(statement, ArchitectureDecl)
    return statement.body.members


def spans(node: object) -> list[tuple[object, Span]]:
    """Give each node with a span, outer ones before inner ones."""
    if isinstance(node, tuple):
        return [pair for each in node for pair in spans(each)]
    if not is_dataclass(node) or isinstance(node, Span):
        return []
    inner = [pair for field in fields(node) for pair in spans(getattr(node, field.name))]
    span = getattr(node, "span", None)
    return [(node, span), *inner] if isinstance(span, Span) else inner


def test_layer_has_three_forms() -> None:
    short, named, block = members(
        "layer ranker(m, keep: 2)\n"
        "layer pick = ranker(m)\n"
        "layer draft { budget { calls: 1 }, a: generator(m), lib.best_of(m) }"
    )
    assert isinstance(short, LayerMember)
    assert isinstance(named, LayerMember)
    assert isinstance(block, LayerMember)
    assert (short.name, short.block, len(short.components)) == (None, False, 1)
    assert named.name is not None
    assert (named.name.text, named.block) == ("pick", False)
    assert (block.block, len(block.budgets)) == (True, 1)
    labels = [each.label and each.label.text for each in block.components]
    assert labels == ["a", None]
    assert block.components[1].call.callee.text == "lib.best_of"


def test_holes_are_members_of_their_own() -> None:
    maybe, repeat, either, answer = members(
        "maybe layer critic(m)\n"
        "repeat 0..3 { layer a(m) }\n"
        "either { layer b(m) } or { } or { layer c(m)\n layer d(m) }\n"
        "answer: random(seed: 7)"
    )
    assert isinstance(maybe, LayerMember)
    assert maybe.maybe
    assert isinstance(repeat, RepeatMember)
    assert isinstance(repeat.count, RangeExpr)
    assert isinstance(either, EitherMember)
    assert [len(branch.members) for branch in either.branches] == [1, 0, 2]
    assert isinstance(answer, AnswerMember)
    assert isinstance(answer.value, Call)


def test_products_bind_closer_than_sums_and_both_to_the_left() -> None:
    (member,) = members("require a - 2 * b(x) - (c + 1) / 3 <= 24")
    assert isinstance(member, RequireMember)
    assert isinstance(member.condition, Comparison)
    left = member.condition.left
    assert isinstance(left, Operation)
    assert isinstance(left.left, Operation)
    assert isinstance(left.left.right, Operation)
    assert isinstance(left.right, Operation)
    operators = [left.operator, left.left.operator, left.left.right.operator, left.right.operator]
    assert operators == ["-", "-", "*", "/"]


def test_prompt_keeps_the_order_of_its_members() -> None:
    (statement,) = parse(
        'archon 1\nprompt p { user: "a", example { user: "x"\n assistant: "y" }, system: "b" }'
    ).statements
    assert isinstance(statement, PromptDecl)
    kinds = [type(member) for member in statement.members]
    assert kinds == [PromptText, ExampleMember, PromptText]


def test_record_may_follow_its_name_without_a_colon() -> None:
    statement = parse(HOLES).statements[-1]
    assert isinstance(statement, SearchDecl)
    names = [field.name.text for field in statement.fields if field.name]
    assert names == ["sampler", "limits"]
    assert isinstance(statement.fields[1].value, Record)


def test_parameter_may_lack_a_default() -> None:
    imported, architecture, _ = parse(HOLES).statements
    assert isinstance(imported, ImportDecl)
    assert (imported.path.value, imported.alias.text) == ("models.archon", "lib")
    assert isinstance(architecture, ArchitectureDecl)
    parameters = [(p.name.text, p.type.text, p.default is None) for p in architecture.parameters]
    assert parameters == [("n", "int", False), ("m", "model", True)]


def test_budget_is_a_record() -> None:
    (member,) = members("budget { calls: 20, cost: $0.25 }")
    assert isinstance(member, BudgetMember)
    assert [field.name and field.name.text for field in member.record.fields] == ["calls", "cost"]


@pytest.mark.parametrize("text", [PROGRAM, HOLES], ids=["program", "holes"])
def test_spans_are_those_of_the_source(text: str) -> None:
    found = spans(parse(text))
    assert len(found) > 50
    for node, span in found:
        assert 0 <= span.start < span.end <= len(text)
        written = text[span.start : span.end]
        assert isinstance(node, Program) or written == written.strip()
        name = getattr(node, "text", written)
        assert written == name


def test_spans_of_parts_lie_inside_the_whole() -> None:
    for node, span in spans(parse(HOLES)):
        assert all(span.start <= s.start <= s.end <= span.end for _, s in spans(node))
