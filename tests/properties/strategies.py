"""ASTs of any shape the grammar knows, from `nodes.py` upward; all their spans are `NOWHERE`."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from hypothesis import strategies as st

from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.source import Source, Span
from archonc.syntax.forbidden import FORBIDDEN
from archonc.syntax.grammar import KEYWORDS
from archonc.syntax.nodes import (
    AnswerMember,
    ArchitectureDecl,
    Argument,
    Block,
    Bool,
    BudgetMember,
    Call,
    Comparison,
    Component,
    Edition,
    EitherMember,
    ExampleMember,
    Expr,
    ImportDecl,
    LayerMember,
    ListExpr,
    Member,
    ModelDecl,
    ModelsDecl,
    Name,
    Number,
    Operation,
    Parameter,
    Program,
    PromptDecl,
    PromptText,
    ProviderDecl,
    RangeExpr,
    Record,
    Reference,
    RepeatMember,
    RequireMember,
    SearchDecl,
    Statement,
    Text,
)
from archonc.syntax.numbers import read_number
from archonc.syntax.texts import decode_raw_text

__all__ = ["NOWHERE", "exprs", "members", "programs", "statements", "texts", "without_spans"]

NOWHERE = Span(0, 0)

Node = TypeVar("Node")
Strategy = st.SearchStrategy


def without_spans(node: Node) -> Node:
    """Give the same node with every span `NOWHERE`, so that ASTs can be compared."""
    if isinstance(node, Span):
        return cast("Node", NOWHERE)
    if isinstance(node, tuple):
        return cast("Node", tuple(without_spans(each) for each in node))
    if not is_dataclass(node):
        return node
    parts: dict[str, Any] = {
        each.name: without_spans(getattr(node, each.name)) for each in fields(node)
    }
    return cast("Node", replace(cast("Any", node), **parts))


def _number(text: str) -> Number:
    sink = DiagnosticSink(Source("number", text))
    number = read_number(text, NOWHERE, sink)
    assert sink.diagnostics == (), text
    return number


def _raw(body: str) -> Text:
    return Text(decode_raw_text(f'"""{body}"""'), True, NOWHERE)


def _some(items: Strategy[Node], least: int = 0, most: int = 3) -> Strategy[tuple[Node, ...]]:
    return st.lists(items, min_size=least, max_size=most).map(tuple)


def _maybe(item: Strategy[Node]) -> Strategy[Node | None]:
    return st.none() | item


_AT = st.just(NOWHERE)
_WORDS = [each.lower() for each in sorted(KEYWORDS)]
_LONG = ["x" * 40, "a_rather_long_name_of_a_model_that_wants_room"]
_words = st.sampled_from(["a", "b2", "_c", "judge", "n", *_LONG, *_WORDS])
names = st.builds(Name, _words, _AT)
_argument_names = names | st.builds(Name, st.sampled_from(["true", "false"]), _AT)
references = st.builds(Reference, _some(names, 1, 3), _AT)
_NUMBERS = "0 5 0.7 2k 1.5M $0.25 90s 250ms 20% 600/min 100k/min -3 -0.5 001 200 123456789012345678"
numbers = st.sampled_from(_NUMBERS.split()).map(_number)
_chars = st.characters(exclude_categories=["Cs"])
_plain_texts = st.text(_chars | st.sampled_from('"\\\n\t {}#,'), max_size=12)
_bodies = st.text(st.sampled_from('"\n\n  \tab#{}\\é'), max_size=30).filter(
    lambda body: '"""' not in body and not body.endswith('"') and not FORBIDDEN.search(body)
)
texts = st.builds(Text, _plain_texts, st.just(False), _AT) | _bodies.map(_raw)
_bools = st.builds(Bool, st.booleans(), _AT)
_atoms: Strategy[Expr] = (
    references | numbers | texts | _bools | st.builds(RangeExpr, numbers, numbers, _AT)
)


def _calls_of(values: Strategy[Expr]) -> Strategy[Call]:
    arguments = st.builds(Argument, _maybe(_argument_names), values, _AT)
    return st.builds(Call, references, _some(arguments), _AT)


def _records_of(values: Strategy[Expr]) -> Strategy[Record]:
    return st.builds(Record, _some(st.builds(Argument, _argument_names, values, _AT)), _AT)


def _deeper(values: Strategy[Expr]) -> Strategy[Expr]:
    lists = st.builds(ListExpr, _some(values), _AT)
    return lists | _records_of(values) | _calls_of(values)


exprs = st.recursive(_atoms, _deeper, max_leaves=6)
calls = _calls_of(exprs)
records = _records_of(exprs)
_fields = st.builds(Argument, _argument_names, exprs, _AT)


def _sums_of(operands: Strategy[Expr]) -> Strategy[Expr]:
    return st.builds(Operation, st.sampled_from("+-*/"), operands, operands, _AT)


_operands: Strategy[Expr] = numbers | references | calls
sums = st.recursive(_operands, _sums_of, max_leaves=6)
comparisons = st.builds(
    Comparison, st.sampled_from(["<=", "<", ">=", ">", "==", "!="]), sums, sums, _AT
)

_bare = st.builds(Component, st.none(), calls, _AT)
_components = st.builds(Component, _maybe(names), calls, _AT)
budgets = st.builds(BudgetMember, records, _AT)
_settings = st.builds(Argument, names, numbers, _AT)
_NONE = st.just(())


def _layers(
    name: Strategy[Name | None],
    components: Strategy[tuple[Component, ...]],
    inner: Strategy[tuple[BudgetMember, ...]],
    settings: Strategy[tuple[Argument, ...]],
    *,
    block: bool,
) -> Strategy[LayerMember]:
    return st.builds(
        LayerMember, name, components, inner, settings, st.just(block), st.booleans(), _AT
    )


layers = _layers(_maybe(names), _some(_bare, 1, 1), _NONE, _NONE, block=False) | _layers(
    names, _some(_components), _some(budgets, 0, 1), _some(_settings, 0, 2), block=True
)
_flat_members: Strategy[Member] = (
    layers
    | budgets
    | st.builds(AnswerMember, exprs, _AT)
    | st.builds(RequireMember, comparisons, _AT)
)
_counts: Strategy[Expr] = numbers | st.builds(RangeExpr, numbers, numbers, _AT) | references | calls


def _blocks_of(inner: Strategy[Member]) -> Strategy[Member]:
    blocks = st.builds(Block, _some(inner, 0, 2), _AT)
    return st.builds(RepeatMember, _counts, blocks, _AT) | st.builds(
        EitherMember, _some(blocks, 2, 3), _AT
    )


members = st.recursive(_flat_members, _blocks_of, max_leaves=4)

_prompt_texts = st.builds(PromptText, names, exprs, _AT)
_examples = st.builds(ExampleMember, _some(_prompt_texts), _AT)
_parameters = st.builds(Parameter, names, names, _maybe(exprs), _AT)
_models: Strategy[Statement] = (
    st.builds(ProviderDecl, names, calls, _AT)
    | st.builds(ModelDecl, names, calls, _AT)
    | st.builds(ModelsDecl, names, exprs, _AT)
)
statements: Strategy[Statement] = (
    st.builds(ImportDecl, texts, names, _AT)
    | _models
    | st.builds(PromptDecl, names, _some(_prompt_texts | _examples), _AT)
    | st.builds(
        ArchitectureDecl, names, _some(_parameters), st.builds(Block, _some(members), _AT), _AT
    )
    | st.builds(SearchDecl, names, references, _some(_fields), _AT)
)
# Models come in rows, which are aligned; one by one they would seldom meet.
_rows = _some(statements, 0, 2) | _some(st.builds(ModelDecl, names, calls, _AT), 0, 3)
programs = st.builds(
    Program,
    st.just(Edition(_number("1"), NOWHERE)),
    st.lists(_rows, max_size=3).map(lambda rows: tuple(each for row in rows for each in row)),
    st.just(frozenset[str]()),
    _AT,
)
