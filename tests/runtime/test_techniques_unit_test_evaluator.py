"""unit_test_evaluator: what is asked and read, who is kept, and what is fallen back to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from archon_runtime.bounds import Range, Sizes
from archon_runtime.flow import Arity, Attachment, Flow, FlowProblem, FlowRule
from archon_runtime.prompt import show_candidates, show_tests
from archon_runtime.question import make_question
from archon_runtime.techniques.base import Keep, Technique
from archon_runtime.techniques.generator import Generator, GeneratorOptions
from archon_runtime.techniques.unit_test_generator import (
    UnitTestGenerator,
    UnitTestGeneratorOptions,
)
from archon_runtime.techniques.unit_tests import MOST_TESTS
from tests.runtime.judging import TESTS, apply, evaluator, passes
from tests.runtime.script_context import ScriptContext, ScriptInflow, in_turn, some

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]
SIZES = Sizes(question=50, template=500, candidate=100, critique=80, max_tokens=100, tests=100)
WRITER = UnitTestGenerator(UnitTestGeneratorOptions(tests=3))


async def test_an_evaluator_asks_once_a_candidate_and_shows_all_tests() -> None:
    given = some("a", "b")
    ctx, _ = await apply(evaluator(), given, passes(3, 1))
    assert sorted((ask.sample, ask.turn) for ask in ctx.asks) == [(0, 0), (1, 0)]
    for ask in ctx.asks:
        assert show_tests(TESTS) in ask.shown
        assert show_candidates([given[ask.sample]]) in ask.shown
    assert [each.test_results for each in ctx.out] == [(True,) * 3, (True, False, False)]


async def test_keep_ranks_by_passes_and_ties_stay_in_order() -> None:
    ctx, _ = await apply(evaluator(keep=Keep(3)), some("a", "b", "c", "d"), passes(1, 2, 3, 2))
    assert [each.text for each in ctx.out] == ["c", "b", "d"]


async def test_without_options_all_are_ranked_whatever_comes_first() -> None:
    ctx, _ = await apply(
        evaluator(), some("a", "b", "c"), passes(1, 1, 2), arrive_s=(9.0, 1.0, 5.0)
    )
    assert [each.text for each in ctx.out] == ["c", "a", "b"]


async def test_an_unreadable_reply_touches_no_other_candidate() -> None:
    ctx, _ = await apply(evaluator(), some("a", "b", "c"), passes(None, 1, 3))
    assert [(each.text, each.test_results) for each in ctx.out] == [
        ("c", (True, True, True)),
        ("b", (True, False, False)),
        ("a", None),
    ]
    assert ctx.notes_of("fallback") == ["no results of draft/0 could be read; it passes no test"]
    assert len([ask for ask in ctx.asks if ask.sample == 0]) == 2


async def test_results_of_older_tests_do_not_stay() -> None:
    given = [replace(some("a")[0], test_results=(True,) * 9)]
    ctx, _ = await apply(evaluator(), given, passes(None))
    assert ctx.out[0].test_results is None


@pytest.mark.parametrize("order", [(1.0, 2.0, 3.0, 4.0), (4.0, 3.0, 2.0, 1.0)])
async def test_first_keeps_the_first_by_index_that_pass_all(order: tuple[float, ...]) -> None:
    given = some("a", "b", "c", "d")
    ctx, _ = await apply(evaluator(first=2), given, passes(2, 3, 3, 3), arrive_s=order)
    assert [each.text for each in ctx.out] == ["b", "c"]


async def test_first_gives_up_what_cannot_count() -> None:
    given = some("a", "b", "c")
    _, inflow = await apply(evaluator(first=1), given, passes(3, 3, 3), arrive_s=(5.0, 1.0, 9.0))
    assert inflow.unneeded_places == [1, 2]


async def test_all_keeps_those_that_pass_all_in_their_places() -> None:
    ctx, _ = await apply(evaluator(all=True), some("a", "b", "c"), passes(3, 2, 3))
    assert {index: each.text for index, each in ctx.places.items()} == {0: "a", 2: "c"}
    assert ctx.dropped == {1: "draft/1 did not pass: 2 of 3 tests passed"}


@pytest.mark.parametrize(
    ("options", "left"), [({"all": True}, ["b", "d"]), ({"first": 1}, ["b"])], ids=["all", "first"]
)
async def test_if_none_passes_all_those_with_the_most_passes_go_on(
    options: dict[str, Any], left: list[str]
) -> None:
    ctx, _ = await apply(evaluator(**options), some("a", "b", "c", "d"), passes(1, 2, None, 2))
    assert [each.text for each in ctx.out] == left
    assert "with the most passes, 2" in ctx.notes_of("fallback")[-1]


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({}, ["a", "b"]),
        ({"keep": Keep(1)}, ["a"]),
        ({"first": 1}, ["a"]),
        ({"all": True}, ["a", "b"]),
    ],
)
async def test_where_the_budget_left_no_tests_the_order_is_kept(
    options: dict[str, Any], left: list[str]
) -> None:
    ctx, _ = await apply(evaluator(**options), some("a", "b"), in_turn(), tests=())
    assert [each.text for each in ctx.out] == left
    assert ctx.notes_of("fallback")
    assert ctx.asks == []


async def test_options_that_exclude_each_other_are_a_problem() -> None:
    problems = evaluator(keep=Keep(1), first=1, all=True).option_problems()
    assert [(each.option, each.excluded_by) for each in problems] == [
        ("first", "keep"),
        ("all", "keep"),
    ]
    assert [evaluator(all=True, first=1).option_problems()[0].option] == ["all"]
    for options in ({}, {"keep": Keep(1)}, {"first": 1}, {"all": True}):
        assert evaluator(**options).option_problems() == ()


async def test_signatures() -> None:
    inflow = Flow(Arity(2, 8), frozenset({Attachment.CRITIQUE}), tests=True)
    judged = inflow.attachments | {Attachment.TEST_RESULTS}
    for options, arity in (
        ({}, Arity(2, 8)),
        ({"keep": Keep(3)}, Arity(2, 3)),
        ({"first": 3}, Arity(1, 3)),
        ({"all": True}, Arity(1, 8)),
    ):
        assert evaluator(**options).flow(inflow) == Flow(arity, judged, tests=True)
    assert WRITER.flow(Flow(Arity(0, 0))) == Flow(Arity(0, 0), tests=True)
    assert WRITER.flow(replace(inflow, tests=False)) == inflow


@pytest.mark.parametrize(
    ("technique", "inflow", "rule"),
    [
        (evaluator(), Flow(Arity(2, 2)), FlowRule.NO_TESTS),
        (evaluator(), Flow(Arity(0, 0)), FlowRule.NO_CANDIDATES),
        (evaluator(keep=Keep(3)), Flow(Arity(2, 2), tests=True), FlowRule.KEEPS_TOO_MANY),
        (evaluator(first=3), Flow(Arity(2, 2), tests=True), FlowRule.KEEPS_TOO_MANY),
    ],
)
async def test_what_cannot_be(technique: Technique[Any], inflow: Flow, rule: FlowRule) -> None:
    problem = technique.flow(inflow)
    assert isinstance(problem, FlowProblem)
    assert problem.rule is rule


async def test_bounds() -> None:
    inflow = Flow(Arity(2, 4), tests=True)
    assert WRITER.bounds(inflow, SIZES).calls == Range(1, 2)
    assert evaluator().bounds(inflow, SIZES).calls == Range(2, 8)
    assert evaluator(first=1).bounds(inflow, SIZES).calls == Range(1, 8)
    assert evaluator().bounds(inflow, replace(SIZES, tests=None)).prompt_tokens.most is None


LONG = tuple("y" * (100 // MOST_TESTS) for _ in range(MOST_TESTS))


@pytest.mark.parametrize(
    "technique",
    [WRITER, evaluator(), Generator(GeneratorOptions(2, show_tests=True))],
    ids=lambda each: str(each.name),
)
async def test_prompts_are_never_longer_than_bounded(technique: Technique[Any]) -> None:
    prompt = technique.default_prompt
    assert prompt is not None
    ctx = ScriptContext(prompt, in_turn("z" * 100, "z" * 100), question=make_question("q" * 50))
    given = [] if technique.makes_new else some("x" * 100)
    await technique.apply(ctx, ScriptInflow(given, tests=LONG))
    sizes = replace(SIZES, template=len(prompt.user))
    bounds = technique.bounds(Flow(Arity(len(given), len(given)), tests=True), sizes)
    sent = sum(len(message.content) for ask in ctx.asks for message in ask.messages)
    assert len(ctx.asks) == bounds.calls.most
    assert bounds.prompt_tokens.most is not None
    assert sent <= bounds.prompt_tokens.most <= sent * 1.5
