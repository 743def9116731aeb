"""verifier: what it asks, how verdicts are read, who goes on, and when nobody is judged right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import anyio
import pytest

from archon_runtime.bounds import Range, Sizes
from archon_runtime.candidate import Candidate, Verdict
from archon_runtime.chat import Message, Role
from archon_runtime.errors import StepFailed
from archon_runtime.flow import Arity, Attachment, Flow, FlowProblem, FlowRule
from archon_runtime.prompt import Prompt, show_candidates
from archon_runtime.question import make_question
from archon_runtime.techniques.reply import Refusal, read_verdict
from archon_runtime.techniques.verifier import Verifier, VerifierOptions
from tests.runtime.script_context import Replies, ScriptContext, ScriptInflow, in_turn, some

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]
SIZES = Sizes(question=50, template=500, candidate=100, critique=80, max_tokens=100)


def verifier(first: int | None = None, on_none: str = "pass") -> Verifier:
    return Verifier(VerifierOptions(first, on_none))


def by_text(messages: Sequence[Message], sample: int, turn: int) -> str:
    """Judge right what says so."""
    if turn == 0:
        return "I looked at it."
    return "Well.\nRIGHT" if "good" in messages[0].content else "It is bad.\nWRONG"


async def run(
    technique: Verifier,
    given: Sequence[Candidate | None],
    replies: Replies = by_text,
    arrive_s: Sequence[float] = (),
    prompt: Prompt | None = None,
) -> tuple[ScriptContext, ScriptInflow]:
    prompt = prompt or technique.default_prompt
    assert prompt is not None
    ctx = ScriptContext(prompt, replies)
    inflow = ScriptInflow(given, arrive_s)
    await technique.apply(ctx, inflow)
    return ctx, inflow


async def test_two_calls_a_candidate_the_second_with_what_the_first_found() -> None:
    given = some("good a", "b")
    ctx, _ = await run(verifier(), given)
    assert sorted((ask.sample, ask.turn) for ask in ctx.asks) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    first, second = (ask for ask in ctx.asks if ask.sample == 0)
    assert show_candidates(given[:1]) in first.shown
    assert show_candidates(given[1:]) not in first.shown
    assert "look just as hard for what is wrong" in first.shown
    assert second.messages[: len(first.messages)] == first.messages
    assert second.messages[-2] == Message(Role.ASSISTANT, "I looked at it.")
    assert "RIGHT" in second.shown


async def test_those_judged_right_go_on_in_their_places_with_their_reasons() -> None:
    ctx, _ = await run(verifier(), some("good a", "b", "good c"))
    assert {index: each.text for index, each in ctx.places.items()} == {0: "good a", 2: "good c"}
    assert {each.verdict for each in ctx.out} == {Verdict(True, "Well.")}
    assert ctx.dropped == {1: "draft/1 did not pass: It is bad."}


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("RIGHT", True),
        ("It seems wrong.\n\n**Right**\n", True),
        ("right\nWRONG", False),
        ("`wrong`", False),
    ],
)
async def test_a_verdict_is_the_one_word_of_the_last_line(text: str, verdict: bool) -> None:
    assert read_verdict(text) is verdict


@pytest.mark.parametrize(
    "text", ["", "not wrong", "RIGHT!", "RIGHT or WRONG", "incorrect", "RIGHT\nI think", "WRIGHT"]
)
async def test_anything_else_is_no_verdict(text: str) -> None:
    assert isinstance(read_verdict(text), Refusal)


async def test_an_unreadable_verdict_is_repaired_once() -> None:
    ctx, _ = await run(verifier(), some("a"), in_turn("Hm.", "It is right", "RIGHT"))
    assert [each.verdict for each in ctx.out] == [Verdict(True)]
    assert [ask.turn for ask in ctx.asks] == [0, 1, 2]
    assert "only one word, RIGHT or WRONG" in ctx.asks[2].shown


async def test_a_verdict_that_stays_unreadable_counts_as_wrong_for_that_candidate_alone() -> None:
    def replies(messages: Sequence[Message], sample: int, turn: int) -> str:
        return "not wrong" if sample == 0 else by_text(messages, sample, turn)

    ctx, _ = await run(verifier(), some("good a", "good b", "c"), replies)
    assert [each.text for each in ctx.out] == ["good b"]
    assert ctx.dropped == {
        0: "draft/0 did not pass: no verdict could be read",
        2: "draft/2 did not pass: It is bad.",
    }
    assert ctx.notes_of("fallback") == ["no verdict on draft/0 could be read; it counts as wrong"]


@pytest.mark.parametrize("first", [None, 1, 3])
async def test_on_none_pass_lets_all_go_on_marked(first: int | None) -> None:
    ctx, _ = await run(verifier(first, "pass"), [*some("a"), None, *some("b", "c")])
    assert [each.text for each in ctx.out] == ["a", "b", "c"]
    assert {each.verdict for each in ctx.out} == {Verdict(False, "It is bad.")}
    assert ctx.notes_of("fallback") == ["none of 3 candidates was judged right; all go on"]


@pytest.mark.parametrize("first", [None, 2])
async def test_on_none_best_lets_the_first_by_order_go_on(first: int | None) -> None:
    ctx, _ = await run(verifier(first, "best"), some("a", "b", "c"), arrive_s=(3.0, 1.0, 2.0))
    assert [(each.text, each.verdict) for each in ctx.out] == [("a", Verdict(False, "It is bad."))]
    assert "the first one goes on" in ctx.notes_of("fallback")[0]


async def test_on_none_fail_says_why() -> None:
    with pytest.raises(StepFailed, match=r"none of 2 candidates was judged right.*It is bad"):
        await run(verifier(on_none="fail"), some("a", "b"))


async def test_nothing_came_is_no_failure() -> None:
    ctx, _ = await run(verifier(on_none="fail"), [None, None])
    assert ctx.out == []
    assert ctx.asks == []


@pytest.mark.parametrize("order", [(1.0, 2.0, 3.0, 4.0), (4.0, 3.0, 2.0, 1.0)])
async def test_the_first_k_by_index_go_on_in_any_order(order: tuple[float, ...]) -> None:
    given = some("a", "good b", "good c", "good d")
    ctx, _ = await run(verifier(2), given, arrive_s=order)
    assert [each.text for each in ctx.out] == ["good b", "good c"]
    assert sorted(ctx.places) == [0, 1]


async def test_work_behind_the_last_that_counts_is_given_up() -> None:
    given = some("good a", "good b", "good c")
    ctx, inflow = await run(verifier(1), given, arrive_s=(5.0, 1.0, 9.0))
    assert inflow.unneeded_places == [1, 2]
    assert anyio.current_time() == pytest.approx(5.0, abs=0.01)
    assert {ask.sample for ask in ctx.asks} == {0, 1}


async def test_a_prompt_of_the_user_s_replaces_the_first_turn() -> None:
    prompt = Prompt(user="Judge {{candidate}}!")
    ctx, _ = await run(verifier(), some("good a"), prompt=prompt)
    assert ctx.asks[0].shown == f"Judge {show_candidates(some('good a'))}!"
    assert "RIGHT" in ctx.asks[1].shown


@pytest.mark.parametrize(
    ("first", "on_none", "inflow", "arity"),
    [
        (None, "pass", Arity(8, 8), Arity(1, 8)),
        (3, "pass", Arity(8, 8), Arity(1, 8)),
        (3, "best", Arity(8, 8), Arity(1, 3)),
        (3, "fail", Arity(0, None), Arity(0, 3)),
    ],
)
async def test_signature(first: int | None, on_none: str, inflow: Arity, arity: Arity) -> None:
    carried = frozenset({Attachment.CRITIQUE})
    flow = verifier(first, on_none).flow(Flow(inflow, carried, tests=True))
    assert flow == Flow(arity, carried | {Attachment.VERDICT}, tests=True)


async def test_more_than_flow_in_cannot_be_the_first() -> None:
    problem = verifier(9).flow(Flow(Arity(1, 8)))
    assert isinstance(problem, FlowProblem)
    assert (problem.rule, problem.option) == (FlowRule.KEEPS_TOO_MANY, "first")


async def test_bounds() -> None:
    bounds = verifier().bounds(Flow(Arity(2, 4)), SIZES)
    assert bounds.calls == Range(4, 12)
    assert bounds.completion_tokens == Range(0, 1200)
    assert bounds.depth == 2
    assert verifier(1).bounds(Flow(Arity(2, 4)), SIZES).calls == Range(2, 12)
    assert verifier().bounds(Flow(Arity(2, None)), SIZES).calls == Range(4, None)


async def test_prompts_are_never_longer_than_bounded() -> None:
    prompt = verifier().default_prompt
    assert prompt is not None
    ctx = ScriptContext(prompt, in_turn(*("z" * 100,) * 3), question=make_question("q" * 50))
    await verifier().apply(ctx, ScriptInflow(some("x" * 100)))
    sizes = replace(SIZES, template=len(prompt.user))
    most = verifier().bounds(Flow(Arity(1, 1)), sizes).prompt_tokens.most
    sent = sum(len(message.content) for ask in ctx.asks for message in ask.messages)
    assert len(ctx.asks) == 3
    assert most is not None
    assert sent <= most <= sent * 1.3
