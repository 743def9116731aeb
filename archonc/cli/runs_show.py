"""Print one run: what was asked, answered and billed, how long it took, and who fell why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from archon_runtime.journal_read import CallState, RunStatus
from archon_runtime.runs import CallRecord, RunSummary
from archonc.cli.fallen import find_fallen
from archonc.cli.report import clean, dollars, spent

__all__ = ["print_run"]


def print_run(
    run: RunSummary,
    calls: Sequence[CallRecord],
    result: Mapping[str, Any] | None,
    stream: TextIO,
) -> None:
    """Print a run with all its texts: whoever shows it has asked for them."""
    status = "unfinished" if run.status is RunStatus.RUNNING else run.status.value
    when = run.created.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    print(f"run {run.id} of {clean(run.plan)}: {status}, {when}, {spent(run.usage)}", file=stream)
    _print_text("question", run.question, stream)
    shown: dict[str, str] = {}
    for call in calls:
        _print_call(call, shown, stream)
    print(file=stream)
    if result is None:
        print(
            "no result: what fell, and why, is known once the run has come to its end", file=stream
        )
        print(f"to go on: archonc run --resume {run.id}", file=stream)
        return
    for each in find_fallen(result):
        print(f"{each.candidate} fell at `{each.layer}`: {clean(each.reason)}", file=stream)
    for each in result["degraded"]:
        print(f"degraded: {clean(each)}", file=stream)
    for answer in result["answers"]:
        _print_text("answer", answer, stream)


def _print_call(call: CallRecord, shown: dict[str, str], stream: TextIO) -> None:
    """Print one attempt; messages that an earlier one had too are not printed again."""
    layer, step, sample, turn = call.place
    name = f"{step}#{sample}" + (f", turn {turn + 1}" if turn else "")
    facts = [_state(call), _bill(call)]
    facts += [] if call.seconds is None else [f"{call.seconds:.2f} s"]
    attempt = f", attempt {call.attempt}" if call.attempt > 1 else ""
    print(f"\nlayer {layer}: {name}{attempt}, {clean(str(call.request['model']))}", file=stream)
    print(f"  {', '.join(facts)}", file=stream)
    if call.error:
        print(f"  failed: {clean(call.error)}", file=stream)
    messages = call.request["messages"]
    earlier = shown.setdefault(repr(messages), f"{name}{attempt}")
    if earlier == f"{name}{attempt}":
        for message in messages:
            _print_text(f"asked, {message['role']}", message["content"], stream)
    else:
        print(f"  asked: the same as {earlier}", file=stream)
    if call.reply is not None:
        cut = " (cut off)" if call.reply["finish_reason"] == "length" else ""
        _print_text(f"answered{cut}", call.reply["text"], stream)


def _state(call: CallRecord) -> str:
    match call.state:
        case CallState.INTENT:
            return "under way, or lost when its process was killed"
        case CallState.UNKNOWN:
            return "the bill is not known, and counted at its most"
        case CallState.CACHED:
            return "answered for free with the reply of an earlier run"
        case CallState.REPLIED | CallState.FAILED:
            return call.state.value


def _bill(call: CallRecord) -> str:
    tokens = f"{call.usage.prompt_tokens:,} + {call.usage.completion_tokens:,} tokens"
    return f"{tokens}, {dollars(call.usage.cost_usd)}"


def _print_text(title: str, text: str, stream: TextIO) -> None:
    print(f"  {title}:", file=stream)
    for line in clean(text).strip().splitlines() or ["(empty)"]:
        print(f"      {line}", file=stream)
