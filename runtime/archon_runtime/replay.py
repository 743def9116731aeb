"""Replay: a run again, out of the journal alone. Nothing is asked, written or paid for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from archon_runtime.budget import BudgetRefusal
from archon_runtime.chat import ChatRequest, ChatResponse, Message
from archon_runtime.errors import JournalFailed, ReplayMissing
from archon_runtime.journal import Journal, PastCall, RunStatus
from archon_runtime.plan import OnExhausted
from archon_runtime.plan_file import Plan
from archon_runtime.result import Result
from archon_runtime.run_record import RunRecord
from archon_runtime.sitting import Asked, Sitting, check_question, question_of

__all__ = ["NobodyAsked", "begin_replay", "compare"]

_CUT_SHORT = frozenset({RunStatus.DEGRADED, RunStatus.STOPPED})


class ReplayRecord(RunRecord):
    """The calls of a run that is replayed; what it has no reply to is missing.

    *cut_short*: the run itself did without some calls; the replay does so too.
    """

    def __init__(self, run_id: str, past: tuple[PastCall, ...], *, cut_short: bool) -> None:
        super().__init__(None, run_id, past)
        self._cut_short = cut_short
        self._errors = {call.key: call.error for call in past}

    def require(self, path: str, key: str) -> None:
        """Raise: what is asked has no reply.

        Raises:
            ReplayMissing: the run has no reply to it.
            BudgetRefusal: neither had the run when it was cut short; it is done without.
        """
        if self._cut_short:
            raise BudgetRefusal(
                f"the run that is replayed has no reply to {path}",
                place=f"run `{self.run_id}`",
                help="resume the run, to let it ask what it left out",
                on_exhausted=OnExhausted.DEGRADE,
            )
        failed = self._errors.get(key)
        raise ReplayMissing(
            f"the journal has no reply to the call {path}"
            + (f", which failed ({failed})" if failed else ""),
            place=f"run `{self.run_id}`",
            help="resume the run, to let it ask this"
            if key in self._errors
            else "replay it with the plan that it was made with, or resume it to let it ask this",
        )


class NobodyAsked:
    """A provider in a replay: it must never be asked, and needs no key and no network."""

    @property
    def concurrency(self) -> int:
        """One; nothing is asked."""
        return 1

    @property
    def rate(self) -> float | None:
        """None; nothing is asked."""
        return None

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def chat(self, request: ChatRequest) -> ChatResponse:
        """Refuse."""
        raise ReplayMissing(f"model `{request.model}` was asked in a replay")

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        """Answer None: only a provider could tell."""
        return None

    async def window(self, model: str) -> int | None:
        """Answer None: only a provider could tell."""
        return None


def begin_replay(
    journal: Journal | None,
    run_id: str,
    plan: Plan | None,
    asked: Asked | None,
    data: Mapping[str, object] | None,
) -> Sitting:
    """Begin to replay a run, with its own plan or with another one that asks the same.

    Raises:
        JournalFailed: there is no such run, or it was asked another question.
    """
    if journal is None:
        raise JournalFailed(
            f"run `{run_id}` cannot be replayed without a journal",
            help="name the journal that the run was written to",
        )
    row = journal.run(run_id)
    check_question(row, asked, data)
    is_same = plan is None or plan.hash == row.plan_hash
    record = ReplayRecord(
        row.id, journal.past_calls(row.id), cut_short=is_same and row.status in _CUT_SHORT
    )
    recorded = journal.result(row.id) if is_same else None
    plan = plan or Plan.from_json(row.plan)
    return Sitting(plan, question_of(row), record, is_replay=True, recorded=recorded)


def compare(result: Result, recorded: Mapping[str, object] | None) -> Result:
    """Warn if the answers are not those that the journal has for the same plan."""
    if recorded is None or list(result.answers) == recorded["answers"]:
        return result
    said = "the answer is not the one that the journal has for this run"
    return replace(result, warnings=(*result.warnings, said))
