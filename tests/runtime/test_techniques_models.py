"""fuser, critic and ranker: what they ask, and what they make of replies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from archon_runtime.bounds import Range, Sizes
from archon_runtime.candidate import Candidate
from archon_runtime.chat import FinishReason, Role
from archon_runtime.flow import Arity, Attachment, Flow, FlowProblem, FlowRule
from archon_runtime.prompt import Prompt, fence, show_candidates
from archon_runtime.question import Question, make_question
from archon_runtime.techniques.base import Keep, Technique
from archon_runtime.techniques.critic import Critic, CriticOptions
from archon_runtime.techniques.fuser import Fuser, FuserOptions
from archon_runtime.techniques.ranker import Ranker, RankerOptions
from archon_runtime.techniques.repair import fence_bytes
from tests.runtime.script_context import Replies, ScriptContext, ScriptInflow, in_turn, some

pytestmark = pytest.mark.anyio
SIZES = Sizes(question=50, template=500, candidate=100, critique=80, max_tokens=100)
CRITIC = Critic(CriticOptions())


async def run(
    technique: Technique[Any], given: list[Candidate], replies: Replies, **more: Any
) -> ScriptContext:
    assert technique.default_prompt is not None
    ctx = ScriptContext(**{"prompt": technique.default_prompt, "replies": replies, **more})
    await technique.apply(ctx, ScriptInflow(given))
    return ctx


def ranker(keep: Keep | None = None, *, use_critiques: bool = True) -> Ranker:
    return Ranker(RankerOptions(keep, use_critiques))


async def test_a_fuser_asks_samples_times_the_same_and_makes_new_candidates() -> None:
    given = some("a", "b", critique="so so")
    ctx = await run(Fuser(FuserOptions(samples=3)), given, lambda m, sample, t: f"fused {sample}")
    assert [each.text for each in ctx.out] == ["fused 0", "fused 1", "fused 2"]
    assert {each.critique for each in ctx.out} == {None}
    assert len({ask.messages for ask in ctx.asks}) == 1
    assert sorted(ask.sample for ask in ctx.asks) == [0, 1, 2]


@pytest.mark.parametrize("technique", [Fuser(FuserOptions()), ranker()], ids=["fuser", "ranker"])
async def test_critiques_are_shown_beside_their_candidates(technique: Technique[Any]) -> None:
    given = [replace(each, critique=f"on {each.text}") for each in some("alpha", "beta")]
    ctx = await run(technique, given, in_turn("[1] > [2]"))
    assert show_candidates(given, critiques=True) in ctx.asks[0].shown
    assert technique.reads() == {Attachment.CRITIQUE}


@pytest.mark.parametrize(
    "technique",
    [Fuser(FuserOptions(use_critiques=False)), ranker(use_critiques=False)],
    ids=["fuser", "ranker"],
)
async def test_critiques_are_not_shown_if_not_wanted(technique: Technique[Any]) -> None:
    ctx = await run(technique, some("alpha", "beta", critique="SECRET"), in_turn("[1] > [2]"))
    assert "SECRET" not in ctx.asks[0].shown
    assert technique.reads() == frozenset()


async def test_length_control_is_said_also_in_the_users_own_prompt() -> None:
    fuser = Fuser(FuserOptions(length_control=True))
    own = Prompt(user="Merge:\n{{candidates}}")
    placed = Prompt(user="{{length_control}} Merge:\n{{candidates}}")
    shown = [
        (await run(fuser, some("a"), in_turn("x"), prompt=prompt)).asks[0].shown
        for prompt in (own, placed)
    ]
    assert shown[0].startswith("Merge:")
    assert "longer than the longest candidate" in shown[0]
    assert shown[1].startswith("Be concise")
    plain = await run(Fuser(FuserOptions()), some("a"), in_turn("x"), prompt=placed)
    assert plain.asks[0].shown.startswith(" Merge:")


async def test_the_reply_format_stays_if_the_user_replaces_the_prompt() -> None:
    for prompt in (Prompt("Rank {{candidates}}"), Prompt("{{reply_format}} Rank {{candidates}}")):
        ctx = await run(ranker(), some("a", "b"), in_turn("[1] > [2]"), prompt=prompt)
        assert ctx.asks[0].shown.count("The last line of your reply must be the ranking") == 1


async def test_placeholders_inside_candidates_are_text() -> None:
    ctx = await run(ranker(), some("{{query}} {{reply_format}}", "b"), in_turn("[1] > [2]"))
    assert "\n{{query}} {{reply_format}}\n" in ctx.asks[0].shown


async def test_a_critic_attaches_each_critique_to_its_candidate() -> None:
    given = some("a", "b")
    marker = fence(["a", "b"])
    reply = f"### Critique 2 {marker}\nof b\n### Critique 1 {marker}\nof a"
    ctx = await run(CRITIC, given, in_turn(reply))
    assert [(each.text, each.critique) for each in ctx.out] == [("a", "of a"), ("b", "of b")]
    assert f"### Critique 1 {marker}" in ctx.asks[0].shown


async def test_a_ranker_puts_the_best_first_and_keeps_so_many() -> None:
    given = some("a", "b", "c", critique="kept")
    ctx = await run(ranker(Keep(2)), given, in_turn("[3] > [1] > [2]"))
    assert [(each.text, each.rank, each.critique) for each in ctx.out] == [
        ("c", 1, "kept"),
        ("a", 2, "kept"),
    ]
    assert given == some("a", "b", "c", critique="kept")


async def test_a_lone_candidate_is_ranked_without_asking() -> None:
    ctx = await run(ranker(), some("a"), in_turn())
    assert [(each.text, each.rank) for each in ctx.out] == [("a", 1)]
    assert ctx.asks == []


@pytest.mark.parametrize("technique", [CRITIC, ranker()], ids=["critic", "ranker"])
async def test_a_repair_shows_the_reply_and_the_mistake(technique: Technique[Any]) -> None:
    good = "### Critique 1\nx\n### Critique 2\ny" if technique is CRITIC else "[2] > [1]"
    ctx = await run(technique, some("a", "b"), in_turn("hm", good))
    first, second = ctx.asks
    assert second.messages[: len(first.messages)] == first.messages
    assert second.turn == 1
    assert second.messages[-2].role is Role.ASSISTANT
    assert second.messages[-2].content == "hm"
    assert second.shown.startswith("Your reply could not be used: ")
    assert len(ctx.out) == 2
    assert not ctx.notes_of("fallback")
    assert len(ctx.notes_of("parse")) == len(ctx.notes_of("repair")) == 1


async def test_a_cut_reply_is_told_so() -> None:
    ctx = await run(
        ranker(), some("a", "b"), in_turn("[2] >", "[2] > [1]"), finish_reason=FinishReason.LENGTH
    )
    assert "it was cut off" in ctx.asks[1].shown


async def test_after_the_repair_a_ranker_falls_back_to_the_order_that_came() -> None:
    given = [replace(each, rank=9) for each in some("a", "b", "c")]
    ctx = await run(ranker(Keep(2)), given, in_turn("[1] > [1]", "[1-3]"))
    assert [(each.text, each.rank) for each in ctx.out] == [("a", None), ("b", None)]
    assert ctx.notes_of("fallback") == ["no ranking could be read; the order that came in is kept"]
    assert len(ctx.asks) == 2


async def test_after_the_repair_a_critic_lets_candidates_go_on_without() -> None:
    ctx = await run(CRITIC, some("a", "b"), in_turn("no", "no"))
    assert [(each.text, each.critique) for each in ctx.out] == [("a", None), ("b", None)]
    assert len(ctx.notes_of("fallback")) == 1


def outflow(technique: Technique[Any], low: int, high: int | None) -> Flow | FlowProblem:
    return technique.flow(Flow(Arity(low, high), frozenset({Attachment.CRITIQUE})))


async def test_signatures() -> None:
    carried = frozenset({Attachment.CRITIQUE})
    ranked = carried | {Attachment.RANK}
    assert outflow(Fuser(FuserOptions(samples=2)), 1, 9) == Flow(Arity(2, 2))
    assert outflow(CRITIC, 1, 9) == Flow(Arity(1, 9), carried)
    assert outflow(ranker(), 1, 9) == Flow(Arity(1, 9), ranked)
    assert outflow(ranker(Keep(3)), 1, 9) == Flow(Arity(1, 3), ranked)
    assert outflow(ranker(Keep(3)), 0, None) == Flow(Arity(0, 3), ranked)
    assert outflow(ranker(Keep(12, up_to=True)), 1, 9) == Flow(Arity(1, 9), ranked)


async def test_keeping_more_than_flow_in_is_a_problem_with_a_way_out() -> None:
    problem = outflow(ranker(Keep(8)), 4, 4)
    assert isinstance(problem, FlowProblem)
    assert problem.rule is FlowRule.KEEPS_TOO_MANY
    assert problem.message == "`ranker` keeps 8 candidates but only 4 flow in"
    assert (problem.option, problem.replacement) == ("keep", "up_to(8)")


@pytest.mark.parametrize("technique", [Fuser(FuserOptions()), CRITIC, ranker()])
async def test_nothing_to_work_on_is_a_problem(technique: Technique[Any]) -> None:
    problem = outflow(technique, 0, 0)
    assert isinstance(problem, FlowProblem)
    assert problem.rule is FlowRule.NO_CANDIDATES


async def test_bounds_count_the_repair_and_no_call_for_a_lone_candidate() -> None:
    assert CRITIC.bounds(Flow(Arity(1, 4)), SIZES).calls == Range(1, 2)
    assert ranker().bounds(Flow(Arity(1, 4)), SIZES).calls == Range(0, 2)
    assert ranker().bounds(Flow(Arity(2, 4)), SIZES).calls == Range(1, 2)
    assert ranker().bounds(Flow(Arity(1, 1)), SIZES).calls == Range()
    assert ranker().bounds(Flow(Arity(2, None)), SIZES).prompt_tokens.most is None


@pytest.mark.parametrize("critiques", [False, True])
@pytest.mark.parametrize("technique", [Fuser(FuserOptions(2, True, True)), CRITIC, ranker()])
async def test_prompts_are_never_longer_than_bounded(
    technique: Technique[Any], critiques: bool
) -> None:
    question = make_question("q" * 50)
    given = some(*("x" * 100,) * 12, critique="y" * 80 if critiques else None)
    prompt = technique.default_prompt
    assert prompt is not None
    ctx = await run(technique, given, in_turn("z" * 100, "z" * 100), question=question)
    sizes = replace(SIZES, template=len(prompt.user))
    attachments = frozenset({Attachment.CRITIQUE} if critiques else ())
    bounds = technique.bounds(Flow(Arity(12, 12), attachments), sizes)
    sent = sum(len(message.content) for ask in ctx.asks for message in ask.messages)
    assert bounds.prompt_tokens.most is not None
    assert sent <= bounds.prompt_tokens.most <= sent * 1.2


@pytest.mark.parametrize("count", [1, 9, 10, 99, 100, 1000])
@pytest.mark.parametrize("critiques", [False, True])
async def test_fences_take_no_more_than_bounded(count: int, critiques: bool) -> None:
    empty = [Candidate("", "", "", critique="")] * count
    bound = fence_bytes(count, critiques=critiques)
    assert bound is not None
    assert len(show_candidates(empty, critiques=critiques)) <= bound


async def test_the_same_question_twice_asks_the_same() -> None:
    question = Question(make_question("Why?").messages, {"n": 1})
    asked = [
        (await run(ranker(), some("a", "b"), in_turn("[1] > [2]"), question=question)).asks
        for _ in range(2)
    ]
    assert asked[0] == asked[1]
