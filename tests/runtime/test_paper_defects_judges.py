"""Defects found in the authors' public code are right here: those of its judges.

Numbers group the tests by the part that was wrong there (2 evaluator of unit tests,
5 generator of unit tests, 9 verifier); names say what is true here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from archon_runtime.chat import Message, Role
from archon_runtime.question import Question
from archon_runtime.techniques.unit_test_evaluator import (
    UnitTestEvaluator,
    UnitTestEvaluatorOptions,
)
from archon_runtime.techniques.verifier import Verifier, VerifierOptions
from tests.runtime.script_context import Replies, in_turn, some
from tests.runtime.test_paper_defects import EVALUATOR, QUESTION, SHOWS, VERIFIER, WRITER, run

pytestmark = pytest.mark.anyio


def results(*words: str) -> Replies:
    """Say the same of both tests: for candidate number i word number i."""
    return lambda messages, sample, turn: f"Test 1: {words[sample]}\nTest 2: {words[sample]}"


async def test_2_candidates_that_are_reordered_keep_their_critiques() -> None:
    given = [replace(each, critique=f"of {each.text}") for each in some("a", "b")]
    ctx = await run(EVALUATOR, given, results("failed", "passed"))
    assert [(each.text, each.critique) for each in ctx.out] == [("b", "of b"), ("a", "of a")]


async def test_2_ties_stay_in_the_order_that_came() -> None:
    ctx = await run(EVALUATOR, some("z", "a", "m"), results("passed", "passed", "passed"))
    assert [each.text for each in ctx.out] == ["z", "a", "m"]


async def test_2_a_verdict_that_cannot_be_read_shifts_and_loses_nobody() -> None:
    ctx = await run(EVALUATOR, some("a", "b", "c"), results("failed", "perhaps", "passed"))
    assert [(each.text, each.test_results) for each in ctx.out] == [
        ("c", (True, True)),
        ("a", (False, False)),
        ("b", None),
    ]


@pytest.mark.parametrize("word", ["did not pass", "not passed", "passed?", "unpassed"])
async def test_2_what_did_not_pass_did_not_pass(word: str) -> None:
    ctx = await run(EVALUATOR, some("a"), results(word))
    assert [each.test_results for each in ctx.out] == [None]
    assert ctx.notes_of("fallback")


async def test_2_who_must_pass_all_is_an_option_and_falls_back_aloud() -> None:
    strict = UnitTestEvaluator(UnitTestEvaluatorOptions(first=1))
    some_pass = await run(strict, some("a", "b", "c"), results("failed", "passed", "passed"))
    assert [each.text for each in some_pass.out] == ["b"]
    none_passes = await run(strict, some("a", "b"), results("failed", "failed"))
    assert [each.text for each in none_passes.out] == ["a"]
    assert "none of 2 candidates passed all tests" in none_passes.notes_of("fallback")[0]


async def test_5_tests_stand_beside_the_question_and_never_in_the_callers_conversation() -> None:
    messages = [Message(Role.USER, "Say a number."), Message(Role.ASSISTANT, "4"), QUESTION]
    question = Question(tuple(messages))
    for _ in range(2):
        ctx = await run(WRITER, [], in_turn("Test 1: It is odd."), question=question)
        shown = await run(SHOWS, [], in_turn("5"), question=question)
        assert ctx.tests == [("It is odd.",)]
        assert shown.asks[0].shown.count("It is even.") == 1
        assert [m.content for m in shown.asks[0].messages[:2]] == ["Say a number.", "4"]
    assert question == Question((Message(Role.USER, "Say a number."), *messages[1:]))
    assert Message(Role.USER, "And another one?") == QUESTION


@pytest.mark.parametrize(
    "reply",
    [
        "Sure! Here are some tests, as asked:",
        "1. It's even, 'short', and \"sweet\"\n2. It is positive",
        '["It is even", "It is, well, positive"]',
    ],
)
async def test_5_lists_in_another_form_yield_no_garbage(reply: str) -> None:
    good = "Test 1: It's even, \"short\", and 'sweet'."
    ctx = await run(WRITER, [], in_turn(reply, good))
    assert ctx.tests == [("It's even, \"short\", and 'sweet'.",)]


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_5_a_count_other_than_asked_for_never_ends_the_run(count: int) -> None:
    reply = "\n".join(f"Test {n}: It is {n}." for n in range(1, count + 1))
    ctx = await run(WRITER, some("a"), lambda m, s, t: reply)
    assert len(ctx.tests[0]) == min(count, 2) if count <= 2 else ctx.notes_of("fallback")
    assert len(ctx.asks) == (1 if count <= 2 else 2)
    assert len(ctx.out) == 1


async def test_9_a_verifier_loses_no_candidate_to_a_reply_that_cannot_be_read() -> None:
    def replies(messages: Any, sample: int, turn: int) -> str:
        return "I can't tell." if sample == 1 else "RIGHT"

    ctx = await run(VERIFIER, some("a", "b", "c"), replies)
    assert [each.text for each in ctx.out] == ["a", "c"]
    assert ctx.notes_of("fallback") == ["no verdict on draft/1 could be read; it counts as wrong"]
    assert "no verdict could be read" in ctx.dropped[1]


@pytest.mark.parametrize(("on_none", "left"), [("pass", ["a", "b"]), ("best", ["a"])])
async def test_9_if_none_is_right_what_happens_is_an_option_and_said(
    on_none: str, left: list[str]
) -> None:
    verifier = Verifier(VerifierOptions(on_none=on_none))
    ctx = await run(verifier, some("a", "b"), lambda m, s, t: "WRONG")
    assert [each.text for each in ctx.out] == left
    assert "none of 2 candidates was judged right" in ctx.notes_of("fallback")[0]


async def test_9_a_verifier_looks_for_mistakes_too() -> None:
    ctx = await run(VERIFIER, some("a"), lambda m, s, t: "RIGHT")
    assert "look just as hard for what is wrong" in ctx.asks[0].shown
    assert "for and against" in ctx.asks[1].shown
