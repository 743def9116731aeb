"""The question that a plan answers: a conversation and an optional record of data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archon_runtime.chat import Message, Role
from archon_runtime.classes import dataclass, field
from archon_runtime.errors import QuestionInvalid

__all__ = ["Question", "make_question"]


@dataclass(frozen=True, slots=True)
class Question:
    """A conversation whose last message is the user's, and the data that goes with it.

    The data's fields are `{{data.NAME}}` in prompts and are handed to checkers.
    """

    messages: tuple[Message, ...]
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What the user asks: the last message."""
        return self.messages[-1].content

    @property
    def system(self) -> str:
        """The caller's system messages, joined by blank lines; empty if there are none."""
        return "\n\n".join(m.content for m in self.messages if m.role is Role.SYSTEM)

    @property
    def earlier(self) -> tuple[Message, ...]:
        """The turns before the last one, without system messages."""
        return tuple(m for m in self.messages[:-1] if m.role is not Role.SYSTEM)


def make_question(
    asked: str | Sequence[Message] | Question, data: Mapping[str, object] | None = None
) -> Question:
    """Make a question from a text or a conversation; the caller's list is copied.

    Raises:
        QuestionInvalid: it is empty, or its last message is not the user's.
    """
    if isinstance(asked, Question):
        question = asked if data is None else Question(asked.messages, dict(data))
    elif isinstance(asked, str):
        question = Question((Message(Role.USER, asked),), dict(data or {}))
    else:
        question = Question(tuple(asked), dict(data or {}))
    if not question.messages:
        raise QuestionInvalid("the conversation has no message")
    if question.messages[-1].role is not Role.USER:
        raise QuestionInvalid(
            f"the last message must be the user's, it is the {question.messages[-1].role}'s"
        )
    if not question.text.strip():
        raise QuestionInvalid("the question is empty")
    return question
