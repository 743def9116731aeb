"""What is said to `check_worker.py` and how its answers are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from archon_runtime.errors import StepFailed
from archon_runtime.plan import FileSpec
from archon_runtime.question import Question
from archon_runtime.techniques.base import Check

__all__ = [
    "Answer",
    "Kind",
    "call_line",
    "load_line",
    "question_json",
    "read_answer",
    "worker_program",
]


class Kind(StrEnum):
    """What a worker can answer."""

    READY = "ready"
    VERDICT = "verdict"
    RAISED = "raised"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a worker."""

    kind: Kind
    passed: bool
    reason: str


def worker_program() -> bytes:
    """Read the program of the worker."""
    return files("archon_runtime").joinpath("check_worker.py").read_bytes()


def load_line(check: Check, file: FileSpec, nonce: str) -> bytes:
    """Write the first request: which function of which file."""
    return _line(
        {"nonce": nonce, "file": check.file, "source": file.text, "function": check.function}
    )


def call_line(text: str, question: Question) -> bytes:
    """Write the request to check one candidate."""
    return _line({"candidate": text, "question": question.text, "data": _data(question)})


def question_json(question: Question) -> bytes:
    """Write `question.json`, which a command finds in its folder."""
    return _line({"question": question.text, "data": _data(question)})


def read_answer(line: bytes, nonce: str) -> Answer | None:
    """Read one line of a worker's output; None if it is not an answer."""
    if not line.startswith(f"{nonce} ".encode()):
        return None
    answer = json.loads(line[len(nonce) :])
    return Answer(Kind(answer["kind"]), answer.get("passed", False), answer.get("reason", ""))


def _data(question: Question) -> Mapping[str, object]:
    return dict(question.data)


def _line(value: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(value).encode() + b"\n"
    except (TypeError, ValueError) as problem:
        raise StepFailed(
            f"the question's data cannot be handed to the check: {problem}",
            help="use only what JSON has: texts, numbers, true, false, null, lists and objects",
        ) from problem
