"""Plans under load, against what queueing theory says by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from statistics import fmean

import pytest

from archon_runtime import Plan
from archon_runtime.capacity import (
    Capacity,
    Constant,
    Distribution,
    Exponential,
    Load,
    LogNormal,
    ModelLoad,
    Uniform,
    simulate,
)
from archon_runtime.capacity.meter import Meter
from archon_runtime.capacity.report import percentile
from archon_runtime.plan import BudgetSpec, ModelSpec, OnExhausted
from archon_runtime.usage import Price
from tests.runtime.plans import MODEL, Step, make_plan

ONE_CALL = make_plan({"draft": [Step("generator")]})


def carried(plan: Plan = ONE_CALL, *, rate: float, seconds: float, **load: object) -> Capacity:
    return simulate(plan, replace(Load(rate, seconds), **load))  # type: ignore[arg-type]


def used(found: Capacity, name: str) -> float:
    (limit,) = [each for each in found.limits if name in each.name]
    return limit.used


def test_without_a_queue_every_answer_takes_one_call_and_littles_law_holds() -> None:
    found = carried(rate=4.0, seconds=200.0, latency_s=Constant(1.5), concurrency=20)
    assert found.latency_s(1) == pytest.approx(1.5)
    assert found.latency_s(100) == pytest.approx(1.5)
    assert found.questions == found.answered == found.usage.calls
    assert found.questions == pytest.approx(4.0 * 200, rel=0.1)  # three deviations of a Poisson
    # L = lambda * W: 6 open on average; and as many of the 20 slots are busy.
    arrived_per_s = found.questions / found.simulated_s
    assert found.mean_open == pytest.approx(arrived_per_s * 1.5, rel=0.02)
    assert used(found, "20 at once") == pytest.approx(found.mean_open / 20)
    assert found.saturates_at_per_s == pytest.approx(20 / 1.5, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("service", "mean_s"),
    [
        # Pollaczek and Khinchine: W = S + rho * S * (1 + cv²) / (2 * (1 - rho)), rho = 0.5.
        pytest.param(Constant(0.1), 0.15, id="M/D/1"),
        pytest.param(Exponential(0.1), 0.2, id="M/M/1"),
        pytest.param(Uniform(0.0, 0.2), 0.1 + 0.05 * (1 + 1 / 3), id="M/G/1"),
    ],
)
def test_one_server_makes_its_queue_wait_as_theory_says(
    service: Distribution, mean_s: float
) -> None:
    found = carried(rate=5.0, seconds=800.0, latency_s=service, concurrency=1)
    assert fmean(found.latencies_s) == pytest.approx(mean_s, rel=0.1)
    assert used(found, "1 at once") == pytest.approx(0.5, rel=0.1)
    assert found.mean_open == pytest.approx(5.0 * mean_s, rel=0.1)


def test_rate_limit_makes_calls_wait_for_their_start() -> None:
    found = carried(rate=8.0, seconds=200.0, latency_s=Constant(0.01), limit_per_s=10.0)
    # Starts are 0.1 s apart, so this is M/D/1 with rho = 0.8, of which only the wait is seen.
    assert fmean(found.latencies_s) == pytest.approx(0.2 + 0.01, rel=0.25)
    assert used(found, "600/min") == pytest.approx(0.8, rel=0.1)
    assert found.first_limit is not None
    assert found.first_limit.name == "provider `lab`: 600/min"
    assert found.saturates_at_per_s == pytest.approx(10.0, rel=0.02)


def test_more_than_a_limit_lets_through_is_told_and_not_waited_for() -> None:
    found = carried(rate=50.0, seconds=3600.0, limit_per_s=10.0, most_open=200)
    assert found.overloaded
    assert found.simulated_s < 60
    assert found.cut_off > 100
    assert found.questions == found.answered + found.cut_off
    assert used(found, "600/min") == pytest.approx(1.0, abs=0.1)
    assert found.throughput_per_s < 10.5


def test_many_open_questions_are_no_overload_where_calls_take_long() -> None:
    found = carried(
        rate=50.0, seconds=60.0, latency_s=Constant(600.0), concurrency=9999, most_questions=2100
    )
    assert not found.overloaded
    assert found.most_open == found.answered == 2100


def test_no_more_questions_are_asked_than_are_wanted() -> None:
    found = carried(rate=10.0, seconds=3600.0, most_questions=50)
    assert found.questions == found.answered == 50
    assert found.simulated_s < 20
    assert not found.overloaded


def test_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    load = {"rate": 2.0, "seconds": 60.0, "latency_s": LogNormal(1.0, 0.5), "errors": 0.1}
    one, again, other = (carried(**load, seed=seed) for seed in (1, 1, 2))  # type: ignore[arg-type]
    assert one == again
    assert one.latencies_s != other.latencies_s


def test_calls_that_fail_are_tried_again_and_paid_for() -> None:
    found = carried(rate=5.0, seconds=120.0, latency_s=Constant(0.1), errors=0.2)
    assert found.failed_calls / found.usage.calls == pytest.approx(0.2, rel=0.2)
    assert found.usage.calls == found.questions + found.failed_calls - found.failed
    # Three attempts: 0.8 % of the questions are never answered.
    assert found.failed / found.questions == pytest.approx(0.008, abs=0.01)
    assert sum(found.failures.values()) == found.failed


def test_models_may_differ_in_latency_errors_limits_and_tokens() -> None:
    price = Price(Decimal(0), Decimal(1_000_000))
    models = {
        "m": replace(MODEL, max_tokens=1000, price=price),
        "j": ModelSpec("lab", "judge", max_tokens=1000, price=price),
    }
    plan = make_plan({"draft": [Step("generator")], "fuse": [Step("fuser", "j")]}, models=models)
    found = carried(
        plan,
        rate=1.0,
        seconds=100.0,
        latency_s=Constant(1.0),
        tokens=Constant(10),
        models={"j": ModelLoad(Constant(3.0), limit_per_s=4.0, tokens=Constant(100))},
    )
    assert found.latency_s(50) == pytest.approx(4.0)
    assert found.usage.completion_tokens == 110 * found.questions
    assert found.usage.cost_usd == 110 * found.questions
    assert used(found, "model `judge` of `lab`: 240/min") == pytest.approx(0.25, rel=0.3)


def test_budget_that_runs_out_is_told() -> None:
    budget = BudgetSpec(time_s=1.0, on_exhausted=OnExhausted.FAIL)
    plan = make_plan({"draft": [Step("generator")]}, budget=budget)
    found = carried(plan, rate=2.0, seconds=100.0, latency_s=Uniform(0.0, 2.0))
    (limit,) = [each for each in found.limits if not each.shared]
    assert limit.name == "budget: time"
    assert limit.bound == found.failed == found.failures["BudgetRefusal"]
    assert limit.bound / found.questions == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize(
    ("distribution", "mean"),
    [
        (Constant(2.0), 2.0),
        (Uniform(1.0, 4.0), 2.5),
        (Exponential(2.0), 2.0),
        (LogNormal(2.0, 0.5), 2.0 * 2.718281828**0.125),
    ],
    ids=str,
)
def test_distribution_has_the_mean_that_it_says(distribution: Distribution, mean: float) -> None:
    random = Random(1)
    drawn = [distribution.draw(random) for _ in range(20_000)]
    assert min(drawn) >= 0
    assert distribution.mean == pytest.approx(mean)
    assert fmean(drawn) == pytest.approx(mean, rel=0.03)


def test_percentile_is_the_least_value_that_so_many_do_not_pass() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [percentile(values, p) for p in (50, 95, 99, 100)] == [50.0, 95.0, 99.0, 100.0]
    assert percentile([7.0], 50) == 7.0
    assert percentile([], 50) is None


def test_meter_counts_nothing_after_the_time_that_it_measures() -> None:
    meter = Meter(10.0)
    meter.begin(2.0)
    meter.begin(4.0)
    meter.end(6.0)
    meter.begin(11.0)
    meter.end(20.0)
    assert (meter.mean(10.0), meter.most, meter.active) == (1.0, 2, 1)
    assert (meter.begun, meter.begun_in_time) == (3, 2)
