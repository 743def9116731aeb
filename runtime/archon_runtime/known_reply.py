"""Replies that need no asking: the run's own, committed earlier, and those of other runs."""

from __future__ import annotations

from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.event import CallFinished
from archon_runtime.journal import CallState
from archon_runtime.open_call import Ask
from archon_runtime.recorder import Recorder
from archon_runtime.run_record import RunRecord
from archon_runtime.trace import Note
from archon_runtime.usage import NOTHING

__all__ = ["take_cached", "tell_known"]


async def take_cached(
    record: RunRecord, recorder: Recorder, ask: Ask, key: str, request: ChatRequest
) -> ChatResponse | None:
    """Take the reply that an earlier run got to *request*, if the cache is on and has one.

    It is free: nothing is reserved, and no limit is asked. It is the run's own from now
    on, durably.
    """
    found = record.find_cached(ask.path, ask.model_name, request)
    if found is None:
        return None
    run, reply = found
    entry = record.next_entry(key, ask.path)
    await record.commit_cached(entry, ask.model_name, request, reply)
    recorder.cached_calls += 1
    said = f"{ask.path}: the reply is that of run {run}"
    recorder.note(Note(ask.layer, ask.step, "cached", said))
    tell_known(recorder, ask, CallState.CACHED, reply)
    return reply


def tell_known(recorder: Recorder, ask: Ask, state: CallState, reply: ChatResponse) -> None:
    """Tell that a call was answered out of the journal."""
    finished = CallFinished(
        ask.path,
        ask.layer,
        ask.step,
        ask.model_name,
        0,
        state,
        NOTHING,
        0.0,
        from_journal=True,
    )
    recorder.call_ended(finished, ask.request, reply)
