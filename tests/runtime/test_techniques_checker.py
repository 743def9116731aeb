"""checker: who goes on, in which order, when work is stopped, and when nobody passes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio
import pytest

from archon_runtime.candidate import Candidate, CheckResult
from archon_runtime.errors import StepFailed
from archon_runtime.flow import Arity, Attachment, Flow, FlowProblem, FlowRule
from archon_runtime.prompt import Prompt
from archon_runtime.techniques.base import Check
from archon_runtime.techniques.checker import Checker, CheckerOptions
from tests.runtime.script_context import ScriptContext, ScriptInflow, silent, some

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]
CHECK = Check(file="checks.py", function="good")


def good(text: str) -> CheckResult:
    return CheckResult("good" in text, "" if "good" in text else f"{text} is bad")


def checker(first: int | None = None, on_none: str = "fail") -> Checker:
    return Checker(CheckerOptions(CHECK, first=first, on_none=on_none))


async def run(
    technique: Checker,
    given: Sequence[Candidate | None],
    arrive_s: Sequence[float] = (),
    check_s: Callable[[str], float] = lambda text: 0.0,
) -> tuple[ScriptContext, ScriptInflow]:
    ctx = ScriptContext(Prompt(""), silent, judge=good, check_s=check_s)
    inflow = ScriptInflow(given, arrive_s)
    await technique.apply(ctx, inflow)
    return ctx, inflow


async def test_those_that_pass_keep_their_places() -> None:
    ctx, _ = await run(checker(), some("good a", "b", "good c"))
    assert {index: each.text for index, each in ctx.places.items()} == {0: "good a", 2: "good c"}
    assert all(each.result == CheckResult(True) for each in ctx.out)
    assert ctx.dropped == {1: "draft/1 did not pass: b is bad"}


@pytest.mark.parametrize(
    "order", [(1.0, 2.0, 3.0, 4.0), (4.0, 3.0, 2.0, 1.0), (2.0, 4.0, 1.0, 3.0)]
)
async def test_the_first_k_by_index_go_on_in_any_order_of_completion(
    order: tuple[float, ...],
) -> None:
    ctx, _ = await run(checker(first=2), some("a", "good b", "good c", "good d"), order)
    assert [each.text for each in ctx.out] == ["good b", "good c"]
    assert sorted(ctx.places) == [0, 1]


async def test_places_behind_the_last_that_counts_are_given_up() -> None:
    given = some("good a", "good b", "good c", "good d")
    ctx, inflow = await run(checker(first=1), given, (5.0, 1.0, 7.0, 9.0))
    assert inflow.unneeded_places == [1, 2, 3]
    assert [each.text for each in ctx.out] == ["good a"]
    assert anyio.current_time() == pytest.approx(5.0, abs=0.01)
    assert ctx.checked == ["good b", "good a"]


async def test_checks_that_no_longer_matter_are_cancelled() -> None:
    given = some("good a", "b", "c")
    slow = {"good a": 1.0, "b": 100.0, "c": 100.0}
    ctx, _ = await run(checker(first=1), given, check_s=lambda text: slow[text])
    assert [each.text for each in ctx.out] == ["good a"]
    assert anyio.current_time() == pytest.approx(1.0, abs=0.01)


async def test_seven_are_checked_before_a_slow_eighth_comes() -> None:
    given = some(*(f"good {index}" for index in range(8)))
    ctx, _ = await run(checker(), given, (0.0,) * 3 + (60.0,) + (0.0,) * 4)
    assert ctx.checked[-1] == "good 3"
    assert len(ctx.checked) == 8


async def test_none_that_passes_fails_the_step_with_the_first_reason() -> None:
    with pytest.raises(StepFailed, match=r"none of 2 candidates passed.*a is bad") as caught:
        await run(checker(), some("a", "b"))
    assert "on_none: pass" in caught.value.help


@pytest.mark.parametrize("first", [None, 1, 2])
async def test_if_none_passes_all_may_go_on_with_their_results(first: int | None) -> None:
    ctx, _ = await run(checker(first, "pass"), [some("a")[0], None, *some("b")])
    assert [(each.text, each.result) for each in ctx.out] == [
        ("a", CheckResult(False, "a is bad")),
        ("b", CheckResult(False, "b is bad")),
    ]
    assert ctx.notes_of("fallback") == ["none of 2 candidates passed the check; all go on"]


@pytest.mark.parametrize("arrive", [(1.0, 2.0, 3.0), (3.0, 2.0, 1.0)])
async def test_with_on_none_pass_only_those_that_pass_go_on_if_any_does(
    arrive: tuple[float, ...],
) -> None:
    ctx, _ = await run(checker(None, "pass"), some("a", "good b", "c"), arrive)
    assert [each.text for each in ctx.out] == ["good b"]
    assert ctx.dropped == {0: "draft/0 did not pass: a is bad", 2: "draft/2 did not pass: c is bad"}


async def test_places_that_stay_empty_are_passed_over() -> None:
    ctx, _ = await run(checker(first=2), [None, *some("good a"), None, *some("good b", "good c")])
    assert [each.text for each in ctx.out] == ["good a", "good b"]
    ctx, _ = await run(checker(), [None, None])
    assert ctx.out == []


@pytest.mark.parametrize(
    ("first", "on_none", "inflow", "arity"),
    [
        (None, "fail", Arity(8, 8), Arity(1, 8)),
        (None, "pass", Arity(8, 8), Arity(1, 8)),
        (3, "fail", Arity(8, 8), Arity(1, 3)),
        (3, "pass", Arity(8, 8), Arity(1, 8)),
        (1, "fail", Arity(2, 8), Arity(1, 1)),
        (1, "pass", Arity(1, 1), Arity(1, 1)),
        (2, "fail", Arity(0, None), Arity(0, 2)),
        (None, "pass", Arity(0, None), Arity(0, None)),
    ],
)
async def test_signature(first: int | None, on_none: str, inflow: Arity, arity: Arity) -> None:
    flow = checker(first, on_none).flow(Flow(inflow, frozenset({Attachment.CRITIQUE})))
    assert flow == Flow(arity, frozenset({Attachment.CRITIQUE, Attachment.RESULT}))


async def test_more_than_flow_in_cannot_be_the_first() -> None:
    problem = checker(first=9).flow(Flow(Arity(1, 8)))
    assert isinstance(problem, FlowProblem)
    assert problem.rule is FlowRule.KEEPS_TOO_MANY
    assert problem.replacement == "8"
    nothing = checker().flow(Flow(Arity(0, 0)))
    assert isinstance(nothing, FlowProblem)


async def test_a_command_cannot_be_trusted() -> None:
    (problem,) = Checker(CheckerOptions(Check(command=("sh",)), trusted=True)).option_problems()
    assert problem.option == "trusted"
    assert Checker(CheckerOptions(CHECK, trusted=True)).option_problems() == ()
