"""Begin a run, or take it up again: its plan, its question, and its part of the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archon_runtime.chat import Message
from archon_runtime.errors import JournalFailed, PlanInvalid, QuestionInvalid
from archon_runtime.journal import Journal, PastCall
from archon_runtime.journal_codec import question_from_json, question_to_json
from archon_runtime.journal_read import RunRow
from archon_runtime.plan import BudgetSpec
from archon_runtime.plan_file import Plan
from archon_runtime.question import Question, make_question
from archon_runtime.run_record import RunRecord

__all__ = ["Asked", "Sitting", "begin", "check_question", "question_of", "take_up"]

Asked = str | Sequence[Message] | Question


@dataclass(frozen=True, slots=True)
class Sitting:
    """What one process does of a run: all of it, or what an earlier one left.

    In a replay nobody is asked; `recorded` is then the result that the journal has for
    the same plan, if any.
    """

    plan: Plan
    question: Question
    record: RunRecord
    is_replay: bool = False
    recorded: Mapping[str, object] | None = None


def begin(
    journal: Journal | None,
    plan: Plan | None,
    asked: Asked | None,
    data: Mapping[str, object] | None,
) -> Sitting:
    """Begin a new run.

    Raises:
        PlanInvalid, QuestionInvalid: there is none, or it is malformed.
        JournalFailed: it cannot be written down.
    """
    if plan is None:
        raise PlanInvalid("there is no plan to run", help="give a plan, or resume a run")
    if asked is None:
        raise QuestionInvalid("there is no question", help="give a question, or resume a run")
    question = make_question(asked, data)
    if journal is None:
        return Sitting(plan, question, RunRecord(None, ""))
    text = question_to_json(question)
    run_id = journal.add_run(plan_hash=plan.hash, plan=plan.to_json(), question=text)
    return Sitting(plan, question, _record(journal, run_id, plan))


def take_up(
    journal: Journal | None,
    run_id: str,
    plan: Plan | None,
    asked: Asked | None,
    data: Mapping[str, object] | None,
) -> Sitting:
    """Take up a run where an earlier process left it; plan and question may be given again.

    Raises:
        JournalFailed: there is no such run, or it had another plan or question.
    """
    if journal is None:
        raise JournalFailed(
            f"run `{run_id}` cannot be resumed without a journal",
            help="name the journal that the run was written to",
        )
    row = journal.run(run_id)
    run_id = row.id  # the word may be its beginning only
    if plan is not None and plan.hash != row.plan_hash:
        raise JournalFailed(
            f"run `{run_id}` was made with another plan",
            help=f"resume it without a plan; runs of this plan: {journal.name_runs(plan.hash)}",
        )
    check_question(row, asked, data)
    plan, question = plan or Plan.from_json(row.plan), question_of(row)
    return Sitting(plan, question, _record(journal, run_id, plan, journal.past_calls(run_id)))


def check_question(row: RunRow, asked: Asked | None, data: Mapping[str, object] | None) -> None:
    """Refuse a question that is not the run's; none is no problem.

    Raises:
        JournalFailed: it is another one.
    """
    if asked is not None and question_to_json(make_question(asked, data)) != row.question:
        raise JournalFailed(
            f"run `{row.id}` was asked another question",
            help="leave the question out, or begin a new run",
        )


def question_of(row: RunRow) -> Question:
    """Read the question of a run in the journal."""
    return question_from_json(row.question)


def _record(
    journal: Journal, run_id: str, plan: Plan, past: tuple[PastCall, ...] = ()
) -> RunRecord:
    budget = plan.spec.budget or BudgetSpec()
    return RunRecord(journal, run_id, past, on_exhausted=budget.on_exhausted)
