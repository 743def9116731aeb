"""A `Context` and an `Inflow` for unit tests of techniques: replies by script, all recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio

from archon_runtime.candidate import Candidate, CheckResult
from archon_runtime.chat import ChatResponse, FinishReason, Message
from archon_runtime.prompt import Prompt
from archon_runtime.question import Question, make_question
from archon_runtime.techniques.base import Check

Replies = Callable[[Sequence[Message], int, int], str]


@dataclass(frozen=True)
class Ask:
    messages: tuple[Message, ...]
    sample: int
    turn: int

    @property
    def shown(self) -> str:
        return self.messages[-1].content


def in_turn(*texts: str) -> Replies:
    """Answer question and repair with these texts."""
    return lambda messages, sample, turn: texts[turn]


def silent(messages: Sequence[Message], sample: int, turn: int) -> str:
    """Fail a test in which a model is asked."""
    raise AssertionError("no model was to be asked")


def pass_all(text: str) -> CheckResult:
    return CheckResult(True)


@dataclass
class ScriptContext:
    prompt: Prompt
    replies: Replies
    question: Question = field(default_factory=lambda: make_question("What is 6 times 7?"))
    judge: Callable[[str], CheckResult] = pass_all
    check_s: Callable[[str], float] = lambda text: 0.0
    finish_reason: FinishReason = FinishReason.STOP
    asks: list[Ask] = field(default_factory=list)
    places: dict[int, Candidate] = field(default_factory=dict)
    dropped: dict[int, str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    tests: list[tuple[str, ...]] = field(default_factory=list)

    async def ask(
        self, messages: Sequence[Message], *, sample: int = 0, turn: int = 0
    ) -> ChatResponse:
        assert (sample, turn) not in [(ask.sample, ask.turn) for ask in self.asks]
        self.asks.append(Ask(tuple(messages), sample, turn))
        await anyio.lowlevel.checkpoint()
        return ChatResponse(self.replies(messages, sample, turn), self.finish_reason, 1, 1)

    async def check(
        self, check: Check, text: str, *, trusted: bool, timeout_s: float
    ) -> CheckResult:
        await anyio.sleep(self.check_s(text))
        self.checked.append(text)
        return self.judge(text)

    async def side_by_side(
        self,
        jobs: Sequence[Callable[[], Awaitable[None]]],
        *,
        until: Callable[[], bool] | None = None,
    ) -> None:
        async with anyio.create_task_group() as group:

            async def run(job: Callable[[], Awaitable[None]]) -> None:
                await job()
                if until is not None and until():
                    group.cancel_scope.cancel()

            for job in jobs:
                group.start_soon(run, job)

    def new_candidate(self, sample: int, reply: ChatResponse) -> Candidate:
        return Candidate(f"new/{sample}", reply.text, "scripted")

    def put(self, index: int, candidate: Candidate) -> None:
        assert index not in self.places
        assert index not in self.dropped
        self.places[index] = candidate

    def drop(self, index: int, reason: str) -> None:
        assert index not in self.places
        assert index not in self.dropped
        self.dropped[index] = reason

    def put_tests(self, tests: Sequence[str]) -> None:
        self.tests.append(tuple(tests))

    def note(self, kind: str, message: str) -> None:
        self.notes.append((kind, message))

    @property
    def out(self) -> list[Candidate]:
        return [self.places[index] for index in sorted(self.places)]

    def notes_of(self, kind: str) -> list[str]:
        return [message for each, message in self.notes if each == kind]


class ScriptInflow:
    """Candidates that come at stated times; None is a place that stays empty."""

    def __init__(
        self,
        candidates: Sequence[Candidate | None],
        arrive_s: Sequence[float] = (),
        tests: Sequence[str] = (),
    ) -> None:
        self._tests = tuple(tests)
        self._candidates = tuple(candidates)
        self._arrive_s = tuple(arrive_s) or (0.0,) * len(self._candidates)
        self.wanted = 0
        self._given_up = [anyio.Event() for _ in self._candidates]

    @property
    def width(self) -> int:
        return len(self._candidates)

    @property
    def unneeded_places(self) -> list[int]:
        return [index for index, event in enumerate(self._given_up) if event.is_set()]

    async def get(self, index: int) -> Candidate | None:
        with anyio.move_on_after(self._arrive_s[index]):
            await self._given_up[index].wait()
            return None
        return self._candidates[index]

    async def all(self) -> tuple[Candidate, ...]:
        await anyio.sleep(max(self._arrive_s, default=0.0))
        return tuple(candidate for candidate in self._candidates if candidate is not None)

    async def tests(self) -> tuple[str, ...]:
        await anyio.lowlevel.checkpoint()
        return self._tests

    def want(self, count: int) -> None:
        self.wanted = max(self.wanted, count)

    def unneeded(self, index: int) -> None:
        self._given_up[index].set()


def some(*texts: str, critique: str | None = None) -> list[Candidate]:
    return [
        Candidate(f"draft/{index}", text, "m", critique=critique)
        for index, text in enumerate(texts)
    ]
