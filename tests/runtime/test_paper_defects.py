"""Defects found in the authors' public code are right here: one test each, by its number.

Numbers group the tests by the part that was wrong there (1 fuser and carried state,
3 ranker, 4 final choice, 6 prompts, 7 system message, 8 critic); names say what is true
here. Those of verifier and unit tests are in `test_paper_defects_judges.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from archon_runtime.candidate import Candidate
from archon_runtime.chat import Message, Role
from archon_runtime.flow import Arity, Attachment, Flow
from archon_runtime.prompt import Prompt, show_candidates
from archon_runtime.question import Question
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Technique
from archon_runtime.techniques.critic import Critic, CriticOptions
from archon_runtime.techniques.fuser import Fuser, FuserOptions
from archon_runtime.techniques.generator import Generator, GeneratorOptions
from archon_runtime.techniques.ranker import Ranker, RankerOptions
from archon_runtime.techniques.reply import Refusal, read_ranking
from archon_runtime.techniques.unit_test_evaluator import (
    UnitTestEvaluator,
    UnitTestEvaluatorOptions,
)
from archon_runtime.techniques.unit_test_generator import (
    UnitTestGenerator,
    UnitTestGeneratorOptions,
)
from archon_runtime.techniques.verifier import Verifier, VerifierOptions
from archon_runtime.techniques.voter import Voter, VoterOptions
from tests.runtime.script_context import (
    Replies,
    ScriptContext,
    ScriptInflow,
    in_turn,
    silent,
    some,
)

pytestmark = pytest.mark.anyio
RANKER = Ranker(RankerOptions())
CRITIC = Critic(CriticOptions())
FUSER = Fuser(FuserOptions(samples=2))
VERIFIER = Verifier(VerifierOptions())
WRITER = UnitTestGenerator(UnitTestGeneratorOptions(tests=2))
EVALUATOR = UnitTestEvaluator(UnitTestEvaluatorOptions())
SHOWS = Generator(GeneratorOptions(show_tests=True))
QUESTION = Message(Role.USER, "And another one?")


async def run(
    technique: Technique[Any], given: list[Candidate], replies: Replies, **more: Any
) -> ScriptContext:
    prompt = technique.default_prompt or Prompt("")
    ctx = ScriptContext(**{"prompt": prompt, "replies": replies, **more})
    await technique.apply(ctx, ScriptInflow(given, tests=("It is even.", "It is positive.")))
    return ctx


async def test_1_a_fuser_leaves_no_critique_of_old_texts_behind() -> None:
    # drafts, critic, fuser, ranker: the ranker must see fused texts without critiques.
    critiqued = await run(
        CRITIC, some("a", "b"), in_turn("### Critique 1\nof a\n### Critique 2\nof b")
    )
    fused = await run(FUSER, critiqued.out, lambda m, sample, turn: f"fused {sample}")
    ranked = await run(RANKER, fused.out, in_turn("[2] > [1]"))
    assert "of a" not in ranked.asks[0].shown
    assert "<critique of" not in ranked.asks[0].shown
    assert "\nfused 1\n" in ranked.asks[0].shown
    out = FUSER.flow(Flow(Arity(2, 2), frozenset({Attachment.CRITIQUE})))
    assert isinstance(out, Flow)
    assert not out.has(Attachment.CRITIQUE)


async def test_1_a_count_that_changes_never_mispairs_critiques() -> None:
    given = [replace(each, critique=f"of {each.text}") for each in some("a", "b", "c")]
    ranked = await run(RANKER, given, in_turn("[3] > [1] > [2]"))
    kept = ranked.out[:2]
    fused = await run(FUSER, kept, lambda m, sample, turn: "x")
    assert [(each.text, each.critique) for each in kept] == [("c", "of c"), ("a", "of a")]
    assert show_candidates(kept, critiques=True) in fused.asks[0].shown


async def test_3_a_reply_without_ranking_is_asked_for_again_and_then_said() -> None:
    ctx = await run(RANKER, some("a", "b"), in_turn("Both are fine.", "Both."))
    assert len(ctx.asks) == 2
    assert ctx.notes_of("fallback")
    assert {each.rank for each in ctx.out} == {None}


@pytest.mark.parametrize("line", ["[1] > [1] > [2]", "[1] > [2]", "[1] > [2-3]", "[3-1]"])
async def test_3_duplicates_gaps_and_ranges_clone_and_lose_no_candidate(line: str) -> None:
    assert isinstance(read_ranking(line, 3), Refusal)
    ctx = await run(RANKER, some("a", "b", "c"), in_turn(line, "[3] > [1] > [2]"))
    assert [each.text for each in ctx.out] == ["c", "a", "b"]


async def test_3_use_critiques_false_is_obeyed_where_critiques_exist() -> None:
    given = some("a", "b", critique="NEVER SHOWN")
    ctx = await run(Ranker(RankerOptions(use_critiques=False)), given, in_turn("[1] > [2]"))
    assert "NEVER SHOWN" not in ctx.asks[0].shown


async def test_4_one_of_equals_is_chosen_by_order_never_by_chance() -> None:
    for _ in range(20):
        ctx = await run(Voter(VoterOptions("number")), some("3", "1", "2"), silent)
        assert [each.text for each in ctx.out] == ["3"]


@pytest.mark.parametrize("critique", [None, "so so"])
async def test_6_length_control_works_with_and_without_critiques(critique: str | None) -> None:
    fuser = Fuser(FuserOptions(length_control=True))
    ctx = await run(fuser, some("a", critique=critique), in_turn("x"))
    assert "must not be longer than the longest candidate" in ctx.asks[0].shown


@pytest.mark.parametrize(
    "technique",
    [RANKER, CRITIC, FUSER, VERIFIER, WRITER, EVALUATOR, SHOWS],
    ids=lambda each: str(each.name),
)
async def test_7_system_message_and_history_reach_every_prompt(technique: Technique[Any]) -> None:
    question = Question(
        (
            Message(Role.SYSTEM, "Only ever use metric units."),
            Message(Role.USER, "How far is the moon?"),
            Message(Role.ASSISTANT, "384,400 km."),
            Message(Role.USER, "And the sun?"),
        )
    )
    ctx = await run(technique, some("a", "b"), lambda m, s, t: "unreadable", question=question)
    for ask in ctx.asks:
        assert ask.messages[0] == question.messages[0]
        assert ask.messages[1:3] == question.messages[1:3]


async def test_8_critiques_that_cite_and_index_lose_no_text() -> None:
    first = "As [2] shows, `a[0]` is read before it is set; compare [1], [2] and [3]."
    reply = f"### Critique 1\n{first}\n### Critique 2\nBetter than [1]."
    ctx = await run(CRITIC, some("x = a[0]", "y"), in_turn(reply))
    assert [each.critique for each in ctx.out] == [first, "Better than [1]."]
    assert len(ctx.asks) == 1


async def test_8_an_unreadable_critic_costs_two_calls_and_no_candidate() -> None:
    ctx = await run(CRITIC, some("a", "b"), in_turn("Hm.", "Hm."))
    assert [each.text for each in ctx.out] == ["a", "b"]
    assert len(ctx.asks) == 2


async def test_8_a_critic_has_no_samples_that_are_paid_for_and_ignored() -> None:
    assert "samples" not in CriticOptions.__dataclass_fields__
    assert not TECHNIQUES["critic"].makes_new
