"""The engine: what runs when, what waits for what, and how it fails."""

from __future__ import annotations

import anyio
import pytest

from archon_runtime import Plan
from archon_runtime.candidate import CheckResult
from archon_runtime.chat import ChatRequest
from archon_runtime.checks import simulate_checks
from archon_runtime.errors import ProviderRefused, StepFailed
from archon_runtime.plan import Answer, Choose
from archon_runtime.sandbox.base import Job, Outcome
from archon_runtime.sandbox.simulated import Simulated
from tests.runtime.plans import Step, make_plan
from tests.runtime.scripted import Said, Scripted
from tests.runtime.techniques import OWN, run

pytestmark = pytest.mark.anyio
virtual = pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)

CHECK = {"check": {"command": ["true"]}}


def best_of_eight() -> Plan:
    return make_plan(
        {
            "draft": [Step("generator", options={"samples": 8})],
            "check": [Step("checker", None, CHECK)],
        }
    )


def slow_sandbox(done_s: list[float], latency_s: float = 0.5) -> Simulated:
    def outcome(job: Job) -> Outcome:
        done_s.append(anyio.current_time())
        return simulate_checks(lambda text: CheckResult(True))(job)

    return Simulated(outcome, lambda job: latency_s)


@virtual
async def test_first_check_ran_before_the_last_sample_returned() -> None:
    done_s: list[float] = []
    lab = Scripted(lambda r: Said(f"draft {r.sample}", after_s=1.0 + r.sample))
    begun_s = anyio.current_time()
    result = await run(best_of_eight(), lab, sandbox=slow_sandbox(done_s))
    assert [t - begun_s for t in done_s] == pytest.approx([1.5 + i for i in range(8)])
    assert result.trace.seconds == pytest.approx(8.5)


@virtual
async def test_seven_are_checked_before_one_slow_sample_of_eight_comes() -> None:
    done_s: list[float] = []
    lab = Scripted(lambda r: Said(f"draft {r.sample}", after_s=60.0 if r.sample == 3 else 1.0))
    begun_s = anyio.current_time()
    result = await run(best_of_eight(), lab, sandbox=slow_sandbox(done_s))
    assert sum(t - begun_s < 2.0 for t in done_s) == 7
    assert [c.text for c in result.candidates] == [f"draft {i}" for i in range(8)]


@virtual
async def test_layer_of_ten_takes_the_time_of_one() -> None:
    lab = Scripted(lambda r: Said(after_s=7.0))
    one = await run(make_plan({"draft": [Step("generator")]}), lab)
    ten = await run(make_plan({"draft": [Step("generator", options={"samples": 10})]}), lab)
    assert ten.trace.seconds == pytest.approx(one.trace.seconds)


async def test_steps_of_a_layer_are_joined_in_order() -> None:
    two = Step("generator", options={"samples": 2})
    lab = Scripted(lambda r: Said(f"{r.sample}", after_s=0.01 * (2 - r.sample)))
    result = await run(make_plan({"draft": [two, two]}, answer=Answer(Choose.ALL)), lab)
    ids = ["draft.1#0", "draft.1#1", "draft.2#0", "draft.2#1"]
    assert [c.id for c in result.candidates] == ids
    assert result.answers == ("0", "1", "0", "1")


async def test_random_answer_is_the_seed_s() -> None:
    plan = make_plan(
        {"draft": [Step("generator", options={"samples": 8})]}, answer=Answer(Choose.RANDOM, 3)
    )
    lab = Scripted(lambda r: Said(f"{r.sample}"))
    assert (await run(plan, lab)).answer == (await run(plan, lab)).answer


@virtual
async def test_first_passing_candidates_stop_the_work_on_the_rest() -> None:
    plan = make_plan(
        {
            "draft": [Step("generator", options={"samples": 8})],
            "polish": [Step("polish")],
            "check": [Step("checker", None, {**CHECK, "first": 2})],
        },
        techniques=OWN,
    )
    lab = Scripted(lambda r: Said(f"{r.sample}", after_s=1.0 if r.sample < 3 else 600.0))
    result = await run(plan, lab, sandbox=slow_sandbox([]))
    assert [c.text for c in result.candidates] == ["0, 0", "1, 1"]
    assert result.trace.seconds < 10  # neither the drafts nor their polish were waited for
    assert result.unknown_calls == 5


@virtual
async def test_unneeded_places_cancel_work_two_layers_up() -> None:
    plan = make_plan(
        {
            "draft": [Step("generator", options={"samples": 4})],
            "polish": [Step("polish")],
            "pick": [Step("first_only")],
        },
        techniques=OWN,
    )
    lab = Scripted(lambda r: Said(after_s=1.0))
    result = await run(plan, lab)
    assert len(result.candidates) == 1
    assert [len(layer.outflow) for layer in result.trace.layers] == [1, 1, 1]
    assert len(lab.requests) < 8


@virtual
async def test_failing_step_cancels_the_rest_and_is_raised_alone() -> None:
    def script(request: ChatRequest) -> Said:
        if request.sample == 2:
            return Said(error=ProviderRefused("no such model"), after_s=1.0)
        return Said(after_s=600.0)

    begun_s = anyio.current_time()
    plan = make_plan({"draft": [Step("generator", options={"samples": 4})]})
    with pytest.raises(ProviderRefused) as caught:
        await run(plan, Scripted(script))
    assert anyio.current_time() - begun_s < 2
    assert caught.value.usage is not None
    assert caught.value.usage.calls == 4  # three of them cut off: counted as reserved


@virtual
async def test_of_failures_at_one_time_the_first_by_order_is_raised() -> None:
    plan = make_plan({"draft": [Step("generator", options={"samples": 8})]})
    said = {i: Said(error=ProviderRefused(f"number {i}"), after_s=1.0) for i in range(8)}
    with pytest.raises(ProviderRefused, match="number 0"):
        await run(plan, Scripted(lambda r: said[r.sample]))


async def test_bug_is_raised_as_it_is() -> None:
    def script(request: ChatRequest) -> Said:
        raise LookupError("a bug")

    with pytest.raises(LookupError, match="a bug"):
        await run(make_plan({"draft": [Step("generator")]}), Scripted(script))


async def test_no_candidate_left_is_an_error_that_names_the_layer() -> None:
    layers = {"draft": [Step("generator")], "pick": [Step("drop_all", None)]}
    with pytest.raises(StepFailed, match="no candidate is left after layer `pick`"):
        await run(make_plan(layers, techniques=OWN), Scripted(lambda r: Said()))


@virtual
async def test_step_that_has_ended_needs_nothing_more() -> None:
    layers = {
        "draft": [Step("generator", options={"samples": 4})],
        "take": [Step("take_two", None)],
    }
    lab = Scripted(lambda r: Said(after_s=1.0 if r.sample < 2 else 600.0))
    result = await run(make_plan(layers, techniques=OWN), lab)
    assert len(result.candidates) == 2
    assert result.trace.seconds == pytest.approx(1.0)


async def test_place_is_needed_as_long_as_one_reader_needs_it() -> None:
    layers = {
        "draft": [Step("generator", options={"samples": 4})],
        "both": [Step("first_only"), Step("fuser")],
    }
    lab = Scripted(lambda r: Said(f"draft number {r.sample}"))
    await run(make_plan(layers, techniques=OWN), lab)
    (fused,) = [r.messages[-1].content for r in lab.requests if r.purpose == "fuser"]
    assert all(f"draft number {i}" in fused for i in range(4))
