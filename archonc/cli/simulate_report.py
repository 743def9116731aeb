"""What `archonc simulate` says: throughput, latency, cost, and which limit saturates first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from archon_runtime.capacity.report import PERCENTILES, Capacity, Limit
from archonc.cli.report import clean, dollars

__all__ = ["print_capacity", "show_seconds"]

_FULL = 0.95


def print_capacity(found: Capacity, stream: TextIO) -> None:
    """Print the figures, one line a subject."""
    for line in _lines(found):
        print(clean(line), file=stream)


def _lines(found: Capacity) -> Iterator[str]:
    span = show_seconds(found.simulated_s)
    yield f"{found.plan}: {found.questions:,} questions in {span}, at {found.rate_per_s:g}/s"
    if found.overloaded:
        yield (
            f"overloaded: after {span} {found.most_open:,} questions were unanswered, and more "
            "came than were answered; the rest was not simulated"
        )
    elif found.simulated_s < found.asked_s:
        wanted = round(found.rate_per_s * found.asked_s * 1.1)
        yield f"the first {span} of {show_seconds(found.asked_s)}; for all of it: --most {wanted}"
    yield from _questions(found)
    yield from _latencies(found)
    calls, questions = found.usage.calls, max(1, found.questions)
    failed = f", {found.failed_calls:,} failed" if found.failed_calls else ""
    yield f"calls       {calls:,}, {calls / questions:.2f} a question{failed}"
    each = found.usage.cost_usd / questions
    yield f"cost        {dollars(found.usage.cost_usd)}, {dollars(each)} a question"
    yield from _limits(found)


def _questions(found: Capacity) -> Iterator[str]:
    parts = [f"{found.answered:,}, {found.throughput_per_s:.3g}/s"]
    if found.degraded:
        parts.append(f"{found.degraded:,} of them degraded")
    if found.failed:
        kinds = ", ".join(f"{count:,} {name}" for name, count in sorted(found.failures.items()))
        parts.append(f"{found.failed:,} failed ({kinds})")
    if found.cut_off:
        parts.append(f"{found.cut_off:,} cut off")
    yield f"answered    {', '.join(parts)}"
    yield f"open        {found.mean_open:.1f} on average, {found.most_open:,} at most"


def _latencies(found: Capacity) -> Iterator[str]:
    if not found.answered:
        return
    shown = [f"p{p} {show_seconds(found.latency_s(p) or 0.0)}" for p in PERCENTILES]
    yield f"latency     {', '.join(shown)}, longest {show_seconds(found.latency_s(100) or 0.0)}"


def _limits(found: Capacity) -> Iterator[str]:
    first, at = found.first_limit, found.saturates_at_per_s
    for limit in sorted(found.limits, key=lambda each: (not each.shared, -each.used)):
        yield f"  {limit.used:7.1%}  {limit.name}{_remark(limit)}"
    if first is not None and first.used > 0.0:
        what = "is saturated" if first.used >= _FULL else "saturates first"
        yield f"{first.name} {what}{'' if at is None else f', at {at:.3g} questions/s'}"


def _remark(limit: Limit) -> str:
    if limit.shared:
        return ""
    return f" of each question; {limit.bound:,} were cut short by it"


def show_seconds(seconds: float) -> str:
    """Write a duration with a unit that suits it: `0.85 s`, `42 s`, `12.5 min`, `1 h`."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"
