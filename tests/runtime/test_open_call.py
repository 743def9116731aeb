"""One attempt: closed once, whatever cuts it off."""

from __future__ import annotations

import pytest

from archon_runtime.budget import Ledger
from archon_runtime.chat import ChatRequest, ChatResponse, FinishReason, Message, Role
from archon_runtime.event import CallFinished, Event
from archon_runtime.journal import CallState
from archon_runtime.open_call import Ask, OpenCall
from archon_runtime.recorder import Recorder
from archon_runtime.run_record import RunRecord
from archon_runtime.usage import NOTHING, Usage
from tests.runtime.plans import MODEL

pytestmark = pytest.mark.anyio

ESTIMATE = Usage(1, 50, 100)
REQUEST = ChatRequest("m", (Message(Role.USER, "why?"),), "generator", max_tokens=100)
REPLY = ChatResponse("because", FinishReason.STOP, 10, 5)


class Attempt:
    """An open call with all that it writes to."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.events: list[Event] = []
        record = RunRecord(None, "")
        ask = Ask(0, "draft", "draft", "m", MODEL, REQUEST, 0)
        self.call = OpenCall(
            ask,
            REQUEST,
            record.next_entry("key", ask.path),
            ledger=self.ledger,
            reservation=self.ledger.reserve(ESTIMATE),
            record=record,
            recorder=Recorder(self.events.append),
        )

    @property
    def states(self) -> list[CallState]:
        return [event.state for event in self.events if isinstance(event, CallFinished)]


async def test_cut_off_before_it_was_sent_costs_nothing() -> None:
    attempt = Attempt()
    attempt.call.abandon()
    assert (attempt.ledger.booked, attempt.states) == (NOTHING, [])


async def test_cut_off_after_it_was_sent_counts_at_its_reservation() -> None:
    attempt = Attempt()
    await attempt.call.intend()
    attempt.call.abandon()
    assert (attempt.ledger.booked, attempt.states) == (ESTIMATE, [CallState.UNKNOWN])


async def test_reply_ends_it_for_good() -> None:
    attempt = Attempt()
    await attempt.call.intend()
    await attempt.call.accept(REPLY)
    attempt.call.abandon()
    assert (attempt.ledger.booked, attempt.states) == (Usage(1, 10, 5), [CallState.REPLIED])
