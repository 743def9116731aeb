"""Comparing what stands inside: nested architectures, and how rows are paired."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archon_runtime.plan import PlanSpec
from archonc.compiler import compile_source
from archonc.report.align import align
from archonc.report.changes import Kind, compare
from archonc.source import Source
from tests.archonc.test_plan_diff import told

NESTED = """\
archon 1
model small = simulated("small", max_tokens: 60)
architecture best {
  layer draft = generator(small, samples: 3)
  layer ranker(small, keep: 1)
}
architecture panel {
  layer draft { best(), best(), generator(small) }
  layer fuser(small)
}
"""


def nested(text: str) -> PlanSpec:
    compilation = compile_source(Source("nested.archon", text), architecture="panel")
    assert compilation.plan is not None, compilation.diagnostics
    return compilation.plan


def test_names_inside_a_nested_architecture_are_no_meaning() -> None:
    other = NESTED.replace("best", "other").replace("layer draft", "layer first")
    assert compare(nested(NESTED), nested(other)) == ()


def test_changes_inside_a_nested_architecture_are_told_by_their_layer() -> None:
    other = NESTED.replace("keep: 1)\n", "keep: 2)\n  answer: random(seed: 1)\n")
    other = other.replace("architecture best {", "architecture best {\n  budget { calls: 9 }")
    changes = told(compare(nested(NESTED), nested(other)))
    assert changes == [
        (Kind.OPTION, "draft.1.ranker", "keep", "1", "2"),
        (Kind.FLOW, "draft.1.ranker", "candidates", "1", "2"),
        (Kind.ANSWER, "draft", "", "first", "random(seed: 1)"),
        (Kind.BUDGET, "draft", "calls", None, "9"),
        (Kind.BUDGET, "draft", "on_exhausted", None, "degrade"),
        (Kind.OPTION, "draft.2.ranker", "keep", "1", "2"),
        (Kind.FLOW, "draft.2.ranker", "candidates", "1", "2"),
    ]


def test_component_in_place_of_an_architecture_is_another_step() -> None:
    other = nested(NESTED.replace("best(), best()", "best(), generator(small)"))
    assert told(compare(nested(NESTED), other))[0] == (
        Kind.STEP,
        "draft",
        "",
        "the architecture best",
        None,
    )


def _parity(number: int | None) -> int | None:
    return None if number is None else number % 2


@given(st.lists(st.integers(0, 5), max_size=12), st.lists(st.integers(0, 5), max_size=12))
def test_alignment_keeps_the_order_of_both_and_loses_nothing(
    before: list[int], after: list[int]
) -> None:
    pairs = list(align(before, after, (lambda each: each, _parity)))
    assert [left for left, _ in pairs if left is not None] == before
    assert [right for _, right in pairs if right is not None] == after
    assert all(a is None or b is None or a % 2 == b % 2 for a, b in pairs)


@given(st.lists(st.integers(0, 5), max_size=12))
def test_what_is_the_same_is_paired_with_itself(row: list[int]) -> None:
    assert list(align(row, row, (lambda each: each,))) == [(each, each) for each in row]
