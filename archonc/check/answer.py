"""Read how the answer is chosen, and check that one candidate is left if nothing says so."""

from __future__ import annotations

from archon_runtime.flow import Arity
from archon_runtime.plan import Answer, Choose
from archonc.check.flatten import PlacedLayer
from archonc.diagnostic.codes_check import SEVERAL_LEFT
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.resolve.arguments import match_arguments, need
from archonc.resolve.values import ValueReader
from archonc.syntax.nodes import AnswerMember, Argument, Call, Expr, Reference

__all__ = ["check_left", "read_answer"]


def read_answer(member: AnswerMember, values: ValueReader) -> Answer | None:
    """Read `first`, `all` or `random(seed: 7)`; None if it is none of them."""
    value = member.value
    if isinstance(value, Call) and value.callee.text == "random":
        matched = match_arguments(value.arguments, ("seed",), values.sink, owner="`random`")
        return (
            _with_seed(matched["seed"].value, values) if _has_seed(value, matched, values) else None
        )
    if isinstance(value, Reference) and value.text == "random":
        _has_seed(value, {}, values)
        return None
    if isinstance(value, Call):
        values.wrong_type("answer", value, "`first`, `random(seed: 7)` or `all`")
        return None
    word = values.word("answer", value, ("first", "all", "random"))
    return None if word is None else Answer(Choose(word))


def _has_seed(value: Call | Reference, matched: dict[str, Argument], values: ValueReader) -> bool:
    # Without a seed the same run could end differently when it is resumed.
    help_line = "write `random(seed: 7)`, so that the same run always ends alike"
    return need("seed", matched, values.sink, value.span, "`random`", help_line)


def _with_seed(value: Expr, values: ValueReader) -> Answer | None:
    seed = values.count("seed", value, low=0)
    return None if seed is None else Answer(Choose.RANDOM, seed)


def check_left(arity: Arity, last: PlacedLayer, sink: DiagnosticSink) -> None:
    """Report that several candidates can be left, and nothing says which is the answer."""
    if arity.high is None or arity.high <= 1:
        return
    exactly = arity.low == arity.high
    count = str(arity.high) if exactly else f"up to {arity.high}"
    sink.error(
        SEVERAL_LEFT,
        f"{count} candidates are left after `{last.name}`, and nothing says which is the answer",
        last.member.span,
        f"{count} come out of this",
        helps=(
            "end with a layer that leaves one (`ranker(…, keep: 1)`, `fuser`, `voter`), "
            "or say how to choose: `answer: first`, `answer: random(seed: 7)`, `answer: all`",
        ),
    )
