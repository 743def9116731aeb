"""What `archonc run` says about a run: candidates, the sum, errors with a way out."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import TextIO

from archon_runtime import Result
from archon_runtime.candidate import Candidate
from archon_runtime.errors import ArchonError
from archon_runtime.usage import Usage

__all__ = ["clean", "dollars", "print_candidates", "print_error", "print_summary", "spent"]


def clean(text: str) -> str:
    """Take out what would steer a terminal: a model's text is not to be trusted."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf"})


def dollars(cost: Decimal) -> str:
    """Write a cost with as many digits as it needs: `$0`, `$0.25`, `$0.000042`."""
    if not cost:
        return "$0"
    if cost >= Decimal("0.01"):
        return f"${cost:.2f}" if cost >= 1 else f"${cost:.4f}".rstrip("0")
    return f"${cost:.2g}" if cost >= Decimal("0.0001") else f"${cost:.8f}".rstrip("0")


def spent(usage: Usage) -> str:
    """Write usage in words."""
    calls = "1 call" if usage.calls == 1 else f"{usage.calls:,} calls"
    return f"{calls}, {usage.tokens:,} tokens, {dollars(usage.cost_usd)}"


def print_error(error: ArchonError, stream: TextIO) -> None:
    """Print an error in the shape of a diagnostic."""
    print(f"error[{error.code}]: {clean(error.message)}", file=stream)
    if error.place:
        print(f" --> {clean(error.place)}", file=stream)
    if error.usage is not None:
        print(f"  = note: spent so far: {spent(error.usage)}", file=stream)
    if error.help:
        print(f"  = help: {clean(error.help)}", file=stream)
    if error.run_id:
        print(f"  = help: to go on: archonc run --resume {error.run_id}", file=stream)


def print_summary(result: Result, stream: TextIO, *, interrupted: bool) -> None:
    """Print the sum of a run: what it cost, what was left out, how to go on."""
    line = f"{spent(result.usage)}, {result.trace.seconds:.1f} s"
    if result.unknown_calls:
        calls = "1 call" if result.unknown_calls == 1 else f"{result.unknown_calls} calls"
        line += f" (the bill of {calls} is not known, and counted at its most)"
    if result.cached_calls:
        replies = "1 reply" if result.cached_calls == 1 else f"{result.cached_calls} replies"
        line += f", and {replies} of earlier runs for free"
    print(f"stopped: {line}" if interrupted else line, file=stream)
    for each in result.degraded:
        print(f"degraded: {clean(each)}", file=stream)
    for each in result.warnings:
        print(f"warning: {clean(each)}", file=stream)
    if result.run_id and (interrupted or result.degraded):
        print(f"to go on: archonc run --resume {result.run_id}", file=stream)


def print_candidates(result: Result, stream: TextIO) -> None:
    """Print what each layer saw and did."""
    for layer in result.trace.layers:
        inside = [each for each in result.trace.layers if each.layer.startswith(f"{layer.layer}.")]
        before = [*layer.inflow, *(candidate for each in inside for candidate in each.outflow)]
        print(
            f"\nlayer {layer.layer}: {len(layer.inflow)} in, {len(layer.outflow)} out"
            f" ({spent(layer.usage)}, {layer.seconds:.1f} s)",
            file=stream,
        )
        for candidate in layer.outflow:
            _print_candidate(candidate, before, stream)
        kept = {candidate.id for candidate in layer.outflow}
        gone = [candidate for candidate in layer.inflow if candidate.id not in kept]
        if gone and layer.outflow:
            print(f"  not kept: {', '.join(candidate.id for candidate in gone)}", file=stream)
        for number, test in enumerate(layer.tests, start=1):
            print(f"  test {number}: {clean(test)}", file=stream)
        for note in layer.notes:
            print(f"  {note.kind}: {clean(note.message)} ({note.step})", file=stream)
    print(file=stream)


def _print_candidate(candidate: Candidate, before: list[Candidate], stream: TextIO) -> None:
    facts = [] if candidate.rank is None else [f"rank {candidate.rank}"]
    if candidate.test_results is not None:
        results = candidate.test_results
        facts.append(f"{sum(results)} of {len(results)} tests passed")
    if candidate.result is not None:
        word = "passed" if candidate.result.passed else "did not pass"
        reason = f": {candidate.result.reason}" if candidate.result.reason else ""
        facts.append(f"{word}{reason}")
    if candidate.verdict is not None:
        word = "right" if candidate.verdict.right else "wrong"
        reason = f": {candidate.verdict.reason}" if candidate.verdict.reason else ""
        facts.append(f"judged {word}{reason}")
    if candidate.votes is not None:
        facts.append(f"{candidate.votes} votes")
    if candidate.truncated:
        facts.append("cut off at max_tokens")
    about = f"  [{clean(', '.join(facts))}]" if facts else ""
    print(f"  {candidate.id} by {candidate.model}{about}", file=stream)
    # What an earlier layer, or one inside this one, showed already is not shown again.
    if all(candidate.text != each.text for each in before):
        _print_text(candidate.text, "      ", stream)
    criticised = all(candidate.critique != each.critique for each in before)
    if candidate.critique is not None and criticised:
        _print_text(candidate.critique, "      critique: ", stream)


def _print_text(text: str, indent: str, stream: TextIO) -> None:
    lines = clean(text).strip().splitlines() or ["(empty)"]
    print(indent + lines[0], file=stream)
    for line in lines[1:]:
        print(" " * len(indent) + line, file=stream)
