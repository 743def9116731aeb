"""From a plan and a load to what it comes to: the real engine, on virtual time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import anyio

from archon_runtime.candidate import CheckResult
from archon_runtime.capacity.load import Load
from archon_runtime.capacity.meter import Meter
from archon_runtime.capacity.provider import make_providers
from archon_runtime.capacity.report import Capacity, Limit
from archon_runtime.errors import ArchonError
from archon_runtime.plan import BudgetSpec, PlanSpec, ProviderSpec
from archon_runtime.plan_file import Plan
from archon_runtime.provider_pool import ProviderPool
from archon_runtime.providers.base import Provider
from archon_runtime.providers.simulated_quality import quality_of
from archon_runtime.question import make_question
from archon_runtime.recorder import Recorder
from archon_runtime.result import Result
from archon_runtime.retry import RetryPolicy
from archon_runtime.room import FIELDS, word_for
from archon_runtime.run import Run
from archon_runtime.run_record import RunRecord
from archon_runtime.sitting import Sitting
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Check
from archon_runtime.usage import NOTHING, Usage

__all__ = ["simulate"]

_POINTS = 200
_MANY_OPEN = 2_000


def simulate(
    plan: Plan, load: Load, tell: Callable[[int], None] = lambda questions: None
) -> Capacity:
    """Ask the plan as many questions as the load says; no time passes, no model is asked.

    *tell* is called with the number of questions asked, for each.

    Raises:
        ImportError: trio is not installed (the extra `sim`).
    """
    from trio.testing import MockClock

    _repeat_order(load.seed)
    clock = MockClock(autojump_threshold=0)
    world = _World(plan, load, tell)
    anyio.run(world.run, backend="trio", backend_options={"clock": clock})
    return world.report()


def _repeat_order(seed: int) -> None:
    """Let tasks that are ready at once be taken up in an order that the seed decides.

    Trio shuffles them, so that nobody relies on an order, and offers a seed to Hypothesis
    alone; without it the same load would give figures that differ a little.
    """
    from trio._core import _run

    _run._r.seed(seed)


class _World:
    """One simulation under way."""

    def __init__(self, plan: Plan, load: Load, tell: Callable[[int], None]) -> None:
        self._plan = plan
        self._load = load
        self._tell = tell
        self._begun_s = 0.0
        self._until_s = load.duration_s
        self._open = Meter(load.duration_s)
        self._most_open = load.most_open or _too_many(plan.spec, load)
        self._providers = make_providers(plan.spec, load, self._now)
        self._pool = ProviderPool(self._make)
        self._ends: list[tuple[float, float]] = []
        self._over_time: list[tuple[float, int]] = []
        self._usage = NOTHING
        self._shares: Counter[str] = Counter()
        self._bound: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._degraded = 0
        self._overloaded = False

    async def run(self) -> None:
        self._begun_s = anyio.current_time()
        chance = Random(f"{self._load.seed} arrivals")
        async with anyio.create_task_group() as group:
            for number in range(self._load.most_questions):
                await anyio.sleep(chance.expovariate(self._load.rate_per_s))
                if self._now() >= self._load.duration_s:
                    break
                if self._open.active >= self._most_open:
                    self._overloaded = True
                    break
                group.start_soon(self._ask, number)
                self._over_time.append((self._now(), self._open.active))
                self._tell(number + 1)
            self._end_arrivals()
            if self._overloaded:
                group.cancel_scope.cancel()

    def _end_arrivals(self) -> None:
        self._until_s = min(self._now(), self._load.duration_s)
        for meter in self._meters():
            meter.until_s = self._until_s

    def _meters(self) -> list[Meter]:
        meters = [self._open]
        for provider in self._providers.values():
            meters += [provider.calls, *provider.by_model.values()]
        return meters

    def _now(self) -> float:
        return anyio.current_time() - self._begun_s

    def _make(self, name: str, spec: ProviderSpec) -> Provider:
        return self._providers[name]

    async def _ask(self, number: int) -> None:
        load, began_s = self._load, self._now()
        question = make_question(f"{load.question} ({number + 1})", load.data)
        run = Run(
            Sitting(self._plan, question, RunRecord(None, "")),
            pool=self._pool,
            check=_check,
            recorder=Recorder(None),
            techniques=TECHNIQUES,
            seed=load.seed,
            retry=RetryPolicy(),
            age=number,
        )
        self._open.begin(began_s)
        try:
            result: Result | ArchonError = await run.go()
        except ArchonError as error:
            result = error
        finally:
            # Also of those that are cut off: what was sent is paid for.
            self._usage += run.ledger.spent
            self._open.end(self._now())
        self._count(result, run.ledger.spent, began_s)

    def _count(self, result: Result | ArchonError, spent: Usage, began_s: float) -> None:
        now = self._now()
        if isinstance(result, Result):
            self._ends.append((began_s, now))
            self._degraded += bool(result.degraded)
            said = " ".join(result.degraded)
        else:
            self._failures[type(result).__name__] += 1
            said = str(result)
        for name, limit, used in _budget_uses(self._plan.spec.budget, spent, now - began_s):
            self._shares[name] += used / limit  # type: ignore[assignment]  # a sum of shares
            self._bound[name] += f"`{name}` is limited to" in said

    def report(self) -> Capacity:
        """Sum up."""
        load, latencies = self._load, sorted(end - begin for begin, end in self._ends)
        questions, failed = self._open.begun, sum(self._failures.values())
        step = max(1, len(self._over_time) // _POINTS)
        return Capacity(
            plan=self._plan.spec.name,
            rate_per_s=load.rate_per_s,
            asked_s=load.duration_s,
            simulated_s=self._until_s,
            questions=questions,
            answered=len(latencies),
            answered_in_time=sum(end <= self._until_s for _, end in self._ends),
            degraded=self._degraded,
            failed=failed,
            cut_off=questions - len(latencies) - failed,
            overloaded=self._overloaded,
            latencies_s=latencies,
            mean_open=self._open.mean(self._until_s),
            most_open=self._open.most,
            usage=self._usage,
            failed_calls=sum(each.failures for each in self._providers.values()),
            failures=dict(self._failures),
            limits=[*self._traffic_limits(), *self._budget_limits(len(latencies) + failed)],
            open_over_time=self._over_time[::step],
            seed=load.seed,
        )

    def _traffic_limits(self) -> list[Limit]:
        limits, length_s = [], self._until_s or 1.0
        for name, provider in self._providers.items():
            of = f"provider `{name}`"
            if provider.rate is not None:
                used = provider.calls.begun_in_time / (provider.rate * length_s)
                limits.append(Limit(f"{of}: {_per_minute(provider.rate)}", used))
            busy = provider.calls.mean(length_s) / provider.concurrency
            limits.append(Limit(f"{of}: {provider.concurrency} at once", busy))
            for model, meter in provider.by_model.items():
                rate = provider.limit_of(model)
                if rate is not None:
                    used = meter.begun_in_time / (rate * length_s)
                    limits.append(Limit(f"model `{model}` of `{name}`: {_per_minute(rate)}", used))
        return limits

    def _budget_limits(self, ended: int) -> list[Limit]:
        return [
            Limit(f"budget: {name}", self._shares[name] / max(1, ended), False, self._bound[name])
            for name, _, _ in _budget_uses(self._plan.spec.budget, NOTHING, 0.0)
        ]


def _too_many(spec: PlanSpec, load: Load) -> int:
    """Tell how many open questions mean that more come than are answered."""
    slowest = [model.latency_s.mean for model in load.models.values() if model.latency_s]
    call_s = max(load.latency_s.mean, *slowest, 0.0)
    return max(_MANY_OPEN, round(4 * load.rate_per_s * spec.bounds.depth * call_s))


def _budget_uses(
    budget: BudgetSpec | None, spent: Usage, seconds: float
) -> list[tuple[str, float, float]]:
    """List the limits of a budget that are more than nothing: name, limit, what was used."""
    if budget is None:
        return []
    pairs = [(word_for(name), getattr(budget, name), getattr(spent, name)) for name in FIELDS]
    pairs.append(("time", budget.time_s, seconds))
    return [(name, float(limit), float(used)) for name, limit, used in pairs if limit]


async def _check(check: Check, text: str, *, trusted: bool, timeout_s: float) -> CheckResult:
    """Let an answer pass if its hidden quality says that it is right; nothing is executed."""
    return CheckResult((quality_of(text) or 0.0) >= 0.5, "simulated")


def _per_minute(rate_per_s: float) -> str:
    return f"{rate_per_s * 60:g}/min"
