"""One attempt of a call, from its reservation to its bill: closed exactly once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from decimal import Decimal

import anyio

from archon_runtime.budget import OVERRUN_CODE, BudgetRefusal, Ledger, Reservation
from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.errors import ArchonError, BadResponse, ModelMissing, ProviderError
from archon_runtime.event import CallFinished
from archon_runtime.journal import CallState
from archon_runtime.journal_codec import request_to_json
from archon_runtime.plan import ModelSpec
from archon_runtime.prompt_size import PromptSize
from archon_runtime.recorder import Recorder
from archon_runtime.run_record import CallEntry, RunRecord
from archon_runtime.trace import Note
from archon_runtime.usage import NOTHING, Price, Usage

__all__ = ["Ask", "OpenCall", "place_error"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One completion that a step wants: a logical call, whatever attempts it takes.

    `layer_index` counts layers from 0, as `walk_layers` goes; `turn` is the technique's.
    `price` is what it is reserved at: the dearest of its model's and the fallbacks' that
    may follow.
    """

    layer_index: int
    layer: str
    step: str
    model_name: str
    model: ModelSpec
    request: ChatRequest
    turn: int
    price: Price | None = None

    @property
    def path(self) -> str:
        """Where in the plan this is asked: the same in every sitting of a run."""
        return f"{self.layer}/{self.step}#{self.request.sample}.{self.turn}"

    def key(self, *, is_fallback: bool) -> str:
        """Name the logical call: where it is asked and what, before the budget clips it.

        A fallback's name is part of it: two providers may have a model of the same name.
        """
        name = self.model_name if is_fallback else ""
        what = f"{self.path}\n{name}{request_to_json(self.request)}"
        return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()

    def worst(self, size: PromptSize, completion: int) -> Usage:
        """What the call may be billed at most, if its reply has *completion* tokens."""
        cost = self.price.cost_usd(size.most, completion) if self.price else NOTHING.cost_usd
        return Usage(1, size.most, completion, cost)


class OpenCall:
    """An attempt under way. It holds a reservation until it is closed."""

    def __init__(
        self,
        ask: Ask,
        request: ChatRequest,
        entry: CallEntry,
        *,
        ledger: Ledger,
        reservation: Reservation,
        record: RunRecord,
        recorder: Recorder,
    ) -> None:
        self._ask = ask
        self._request = request
        self._entry = entry
        self._ledger = ledger
        self._reservation = reservation
        self._record = record
        self._recorder = recorder
        self._started_s = anyio.current_time()
        self._sent = False
        self._closed = False
        self.billed_tokens: int | None = None

    async def intend(self) -> None:
        """Make the intent durable; from here on the request counts as sent."""
        estimate = self._reservation.estimate
        await self._record.intend(
            self._entry, self._request, estimate, self._started_s, self._ask.model_name
        )
        self._sent = True

    async def accept(self, reply: ChatResponse) -> None:
        """Book the bill of a reply and make the reply durable.

        Raises:
            BadResponse: it holds no text; it is paid for all the same.
        """
        bill = self._bill(reply)
        if not reply.text.strip():
            empty = BadResponse("the reply is empty", help="raise `max_tokens`, or ask again")
            self._close(CallState.FAILED, bill, _told(empty), reply=reply)
            raise empty
        self._close(CallState.REPLIED, bill, reply=reply, write=False)
        await self._record.commit(self._entry, bill, anyio.current_time(), reply)

    def fail(self, error: ProviderError | ModelMissing) -> None:
        """Book a failed attempt: without tokens, or what its reply states, or all reserved."""
        if self._closed:
            return
        if isinstance(error, ProviderError) and error.stated:
            prompt, completion = error.stated
            bill = Usage(1, prompt, completion, self._cost(prompt, completion))
            self._close(CallState.FAILED, bill, _told(error))
        elif isinstance(error, ProviderError) and error.billed:
            self._close_unknown(error.message, _told(error))
        else:
            self._close(CallState.FAILED, Usage(calls=1), _told(error))

    def abandon(self) -> None:
        """Close an attempt that was cut off; nothing to do if it came to its end."""
        if self._closed:
            return
        if self._sent:
            self._close_unknown("cut off while it was under way")
        else:
            self._closed = True
            self._ledger.release(self._reservation)
            # Its intent may be written already; it must not look like one that was sent.
            now = anyio.current_time()
            self._record.note_end(self._entry, CallState.FAILED, NOTHING, now, "it was not sent")

    def _close_unknown(self, reason: str, error: str = "") -> None:
        self._recorder.unknown_calls += 1
        self._note("unknown", f"the bill is not known ({reason}); counted at its reservation")
        estimate = self._reservation.estimate
        cost = self._cost(estimate.prompt_tokens, estimate.completion_tokens)
        self._close(CallState.UNKNOWN, replace(estimate, cost_usd=cost), error or reason)

    def _close(
        self,
        state: CallState,
        bill: Usage,
        error: str = "",
        *,
        reply: ChatResponse | None = None,
        write: bool = True,
    ) -> None:
        self._closed = True
        self.billed_tokens = bill.tokens
        above = self._ledger.settle(self._reservation, bill)
        if write:
            self._record.note_end(self._entry, state, bill, anyio.current_time(), error)
        if self._request.max_tokens is None:
            # Nothing bounded the completion, so nothing was promised about it.
            above = tuple(name for name in above if name in ("calls", "prompt_tokens"))
        if above:
            fields = ", ".join(f"`{name}`" for name in above)
            self._note("overrun", f"the bill is above its reservation in {fields}", OVERRUN_CODE)
        if not self._recorder.hears(state):
            return
        finished = CallFinished(
            self._entry.path,
            self._ask.layer,
            self._ask.step,
            self._ask.model_name,
            self._entry.attempt,
            state,
            bill,
            anyio.current_time() - self._started_s,
        )
        self._recorder.call_ended(finished, self._request, reply, error)

    def _bill(self, reply: ChatResponse) -> Usage:
        """Read the bill off a reply; what it does not state counts as reserved."""
        estimate = self._reservation.estimate
        prompt, completion = reply.prompt_tokens, reply.completion_tokens
        if prompt is None or completion is None:
            self._note("unstated", "the provider stated no token counts; counted at their bound")
        if prompt is None:
            prompt = estimate.prompt_tokens
        if completion is None and self._request.max_tokens is None:
            completion = len(reply.text.encode("utf-8", "surrogatepass"))
        elif completion is None:
            completion = estimate.completion_tokens
        return Usage(1, prompt, completion, self._cost(prompt, completion))

    def _cost(self, prompt: int, completion: int) -> Decimal:
        price = self._ask.model.price
        return price.cost_usd(prompt, completion) if price else NOTHING.cost_usd

    def _note(self, kind: str, message: str, code: str = "") -> None:
        said = f"{self._entry.path}: {message}"
        self._recorder.note(Note(self._ask.layer, self._ask.step, kind, said, code))


def _told(error: ProviderError | ModelMissing) -> str:
    return f"{error.code}: {error.message}"


def place_error(error: ArchonError, ask: Ask, attempt: int) -> ArchonError:
    """Say where in the plan an error happened: a provider knows only which model."""
    unsaid = not error.place or isinstance(error, ProviderError)
    if unsaid and not isinstance(error, BudgetRefusal):
        tried = f", attempt {attempt}" if attempt else ""
        error.place = f"step {ask.step}, model `{ask.model_name}`{tried}"
    return error
