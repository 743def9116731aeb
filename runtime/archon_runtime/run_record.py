"""One run's part of the journal: its committed replies, and what it writes.

Without a journal the same calls do nothing: a run then lives in memory only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from anyio import current_time

from archon_runtime.budget import BudgetRefusal
from archon_runtime.cache_key import CacheKeys
from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.errors import JournalFailed, RunTaken
from archon_runtime.journal import Batch, CallState, Journal, PastCall, RunStatus
from archon_runtime.journal_codec import reply_to_json, request_to_json, usage_to_json
from archon_runtime.plan import OnExhausted
from archon_runtime.usage import NOTHING, Usage

__all__ = ["CallEntry", "RunRecord"]

_INTENT = (
    "INSERT INTO calls (run, key, attempt, path, request, reservation, state, started_s, at, "
    "cache_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CACHED = (
    "INSERT INTO calls (run, key, attempt, path, request, reservation, state, reply, usage, "
    "started_s, ended_s, at, cache_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_END = (
    "UPDATE calls SET state = ?, reply = ?, usage = ?, ended_s = ?, error = ? "
    "WHERE run = ? AND key = ? AND attempt = ?"
)

_Statement = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class CallEntry:
    """Names one attempt in the journal. Attempts count over all sittings of a run."""

    key: str
    attempt: int
    path: str


class RunRecord:
    """Writes one run's calls; knows the calls of its earlier sittings.

    Once the journal fails, nothing more is asked: calls are refused as if the budget were
    used up, and *on_exhausted* says what then. Replies that are there are used, since
    they are paid for; what is not written is tried again at the end of the run.
    """

    def __init__(
        self,
        journal: Journal | None,
        run_id: str,
        past: tuple[PastCall, ...] = (),
        *,
        on_exhausted: OnExhausted = OnExhausted.DEGRADE,
    ) -> None:
        self._journal = journal
        self.run_id = run_id
        self.past = past
        self.failure: JournalFailed | None = None
        self.cache_keys: CacheKeys | None = None
        self.uses_cache = False
        self._on_exhausted = on_exhausted
        self._ends: list[tuple[Batch, _Statement]] = []
        self._is_ended = False
        self._attempts: dict[str, int] = {}
        self._replies: dict[str, ChatResponse] = {}
        for call in past:
            self._attempts[call.key] = max(call.attempt, self._attempts.get(call.key, 0))
            if call.state in (CallState.REPLIED, CallState.CACHED) and call.reply is not None:
                self._replies[call.key] = call.reply

    @property
    def replies(self) -> Mapping[str, ChatResponse]:
        """Committed replies by the key of their call: never asked for again."""
        return self._replies

    def require(self, path: str, key: str) -> None:
        """Raise, in a replay, since what is asked has no committed reply; else do nothing."""

    def next_entry(self, key: str, path: str) -> CallEntry:
        """Number the next attempt of a call."""
        self._attempts[key] = self._attempts.get(key, 0) + 1
        return CallEntry(key, self._attempts[key], path)

    async def intend(
        self, entry: CallEntry, request: ChatRequest, reservation: Usage, at_s: float, model: str
    ) -> None:
        """Make durable that a call is about to be sent, and what may be paid for it.

        *model* is the plan's name of whom it is sent to.

        Raises:
            BudgetRefusal: the journal cannot be written, now or since an earlier call.
            RunTaken: another process is working on the same run.
        """
        if self._journal is None:
            return
        if self.failure is None:
            name = (self.run_id, entry.key, entry.attempt, entry.path)
            asked = request_to_json(request)
            state = (usage_to_json(reservation), CallState.INTENT.value, at_s, _now())
            try:
                await self._journal.write(
                    _INTENT, (*name, asked, *state, self._cache_key(entry.path, model, asked))
                )
            except RunTaken:
                self._is_ended = True  # how the run ends is for the other process to say
                raise
            except JournalFailed as error:
                self.failure = error
        if self.failure is not None:
            raise self._refusal(self.failure)

    def note_end(
        self,
        entry: CallEntry,
        state: CallState,
        usage: Usage,
        at_s: float | None,
        error: str = "",
    ) -> None:
        """Append how a call ended; durable with the next commit."""
        if self._journal is not None:
            statement = _end(self.run_id, entry, state, usage, at_s, error=error)
            self._ends = [each for each in self._ends if _is_open(each[0])]
            self._ends.append((self._journal.append(*statement), statement))

    async def commit(
        self,
        entry: CallEntry,
        usage: Usage,
        at_s: float,
        reply: ChatResponse,
    ) -> None:
        """Make the reply to a call durable; if the journal fails, it is kept for the end."""
        if self._journal is not None:
            statement = _end(self.run_id, entry, CallState.REPLIED, usage, at_s, reply)
            await self._write_or_keep(self._journal, statement)

    def find_cached(
        self, path: str, model: str, request: ChatRequest
    ) -> tuple[str, ChatResponse] | None:
        """Find the reply of another run, and its id; None without a cache."""
        if not self.uses_cache or self._journal is None:
            return None
        key = self._cache_key(path, model, request_to_json(request))
        try:
            return None if key is None else self._journal.find_cached(key, self.run_id)
        except JournalFailed as error:
            self.failure = self.failure or error
            return None

    async def commit_cached(
        self, entry: CallEntry, model: str, request: ChatRequest, reply: ChatResponse
    ) -> None:
        """Make the reply of another run this one's, durably; nothing was paid for it."""
        if self._journal is None:
            return
        nothing, asked, now_s = usage_to_json(NOTHING), request_to_json(request), current_time()
        values = (self.run_id, entry.key, entry.attempt, entry.path, asked, nothing)
        state = (CallState.CACHED.value, reply_to_json(reply), nothing, now_s, now_s, _now())
        key = self._cache_key(entry.path, model, asked)
        await self._write_or_keep(self._journal, (_CACHED, (*values, *state, key)))

    def mark_lost_intents(self) -> None:
        """Mark intents of earlier sittings, whose reply never came, as unknown."""
        for call in self.past:
            if call.state is CallState.INTENT:
                entry = CallEntry(call.key, call.attempt, call.path)
                said = "its process ended before the reply was written down"
                self.note_end(entry, CallState.UNKNOWN, call.reservation, None, said)

    def end(self, status: RunStatus, usage: Usage, result: str | None = None) -> None:
        """Write, durably, how the run ended and what it cost. Only the first end counts.

        Raises:
            JournalFailed: it is not written; what was paid for may be, call by call.
        """
        if self._journal is None or self._is_ended:
            return
        self._is_ended = True
        for batch, statement in self._ends:
            if batch.error is not None:
                self._journal.append(*statement)
        self._journal.append(
            "UPDATE runs SET status = ?, result = ?, cost_usd = ? WHERE id = ?",
            (status.value, result, str(usage.cost_usd), self.run_id),
        )
        self._journal.flush()

    async def _write_or_keep(self, journal: Journal, statement: _Statement) -> None:
        batch = journal.append(*statement)
        try:
            await journal.settle(batch)
        except JournalFailed as error:
            self.failure = self.failure or error
            self._ends.append((batch, statement))

    def _cache_key(self, path: str, model: str, request: str) -> str | None:
        return None if self.cache_keys is None else self.cache_keys.make(path, model, request)

    def _refusal(self, error: JournalFailed) -> BudgetRefusal:
        return BudgetRefusal(
            f"nothing more is asked, since {error.message}",
            place=error.place,
            help=error.help,
            on_exhausted=self._on_exhausted,
        )


def _end(
    run: str,
    entry: CallEntry,
    state: CallState,
    usage: Usage,
    at_s: float | None,
    reply: ChatResponse | None = None,
    error: str = "",
) -> _Statement:
    text = None if reply is None else reply_to_json(reply)
    values = (state.value, text, usage_to_json(usage), at_s, error or None)
    return _END, (*values, run, entry.key, entry.attempt)


def _now() -> str:
    # A date for people, not a time to measure with: the clock of the machine.
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _is_open(batch: Batch) -> bool:
    """Tell whether what is in *batch* may still have to be written again."""
    return not batch.done or batch.error is not None
