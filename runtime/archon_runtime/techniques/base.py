"""What a technique is: options, signature, bounds, prompts, and what it does.

It imports only the standard library and frozen types; all it may do comes from `Context`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from archon_runtime.bounds import Bounds, Sizes
from archon_runtime.candidate import Candidate, CheckResult
from archon_runtime.chat import ChatResponse, Message
from archon_runtime.classes import dataclass
from archon_runtime.flow import Attachment, Flow, FlowProblem
from archon_runtime.prompt import Prompt
from archon_runtime.question import Question
from archon_runtime.techniques.option import Option, OptionKind, option, options_of
from archon_runtime.techniques.problem import OptionProblem

__all__ = [
    "Check",
    "Context",
    "Inflow",
    "Keep",
    "Option",
    "OptionKind",
    "Technique",
    "option",
    "options_of",
]


@dataclass(frozen=True, slots=True)
class Keep:
    """How many to keep: exactly `count`, or (`up_to`) fewer if fewer flow in."""

    count: int
    up_to: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """A check to run on a candidate: a command, or a function in a Python file.

    A command is its arguments, with no function; `python("checks.py:good")` is the
    file's name in the plan and the function's name, with no command.
    """

    command: tuple[str, ...] = ()
    file: str = ""
    function: str = ""


class Inflow(Protocol):
    """The candidates that flow into a step, in order, each there when it is ready."""

    @property
    def width(self) -> int:
        """How many places there are; a place may turn out empty."""
        ...

    async def get(self, index: int) -> Candidate | None:
        """Wait for one place; None if it stays empty."""
        ...

    async def all(self) -> tuple[Candidate, ...]:
        """Wait for all places; the candidates that are there, in order."""
        ...

    async def tests(self) -> tuple[str, ...]:
        """Wait for the unit tests; empty if there are none."""
        ...

    def want(self, count: int) -> None:
        """Ask for the first *count* places; `get` and `all` do so for what they wait for.

        Only for a technique that works on demand: to others all are brought at once.
        """
        ...

    def unneeded(self, index: int) -> None:
        """Say that this place can no longer change the answer; its work is cancelled."""
        ...


class Context(Protocol):
    """All that a technique may do."""

    @property
    def question(self) -> Question:
        """The question being answered."""
        ...

    @property
    def prompt(self) -> Prompt:
        """The technique's prompt, or the user's instead of it."""
        ...

    async def ask(
        self, messages: Sequence[Message], *, sample: int = 0, turn: int = 0
    ) -> ChatResponse:
        """Ask the step's model for one completion.

        `sample` and `turn` (0: first question, 1: the next one or a repair, and so on)
        make the call's identity: a step must never ask twice with the same pair.
        """
        ...

    async def check(
        self, check: Check, text: str, *, trusted: bool, timeout_s: float
    ) -> CheckResult:
        """Run a check on a text, with the question and its data."""
        ...

    async def side_by_side(
        self,
        jobs: Sequence[Callable[[], Awaitable[None]]],
        *,
        until: Callable[[], bool] | None = None,
    ) -> None:
        """Run jobs concurrently; job *i* is cancelled when place *i* of the output is unneeded.

        With `until` they belong to no places: once it is true, the rest is cancelled. If the
        technique works on demand, job *i* starts when place *i* of the output is wanted; with
        `until`, when place *i* of what flows in is wanted by it.
        """
        ...

    def new_candidate(self, sample: int, reply: ChatResponse) -> Candidate:
        """Make a candidate of a reply, with an identity of its own."""
        ...

    def put(self, index: int, candidate: Candidate) -> None:
        """Fill one place of the output; whoever waits for it goes on."""
        ...

    def drop(self, index: int, reason: str) -> None:
        """Leave one place of the output empty for good, and say why in the trace."""
        ...

    def put_tests(self, tests: Sequence[str]) -> None:
        """Give the unit tests that flow on from here; only if the technique `makes_tests`."""
        ...

    def note(self, kind: str, message: str) -> None:
        """Write in the trace: `repair`, `fallback`, `parse` or `choice`, and what happened."""
        ...


OptionsT = TypeVar("OptionsT")


class Technique(ABC, Generic[OptionsT]):
    """One technique with the options of one step. Subclasses set the class variables.

    `makes_new`: its candidates replace those that flow in (a layer may hold several).
    `makes_tests`: it writes unit tests, and lets the candidates through as they come.
    `takes_model`: its first argument is a model. `placeholders`: what its prompt may
    use beside `query` and `data.NAME`; all of `required_placeholders` must be there.
    `options_type` is made by `dataclass` of `archon_runtime.classes`, its fields by
    `option`.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    makes_new: ClassVar[bool] = False
    makes_tests: ClassVar[bool] = False
    takes_model: ClassVar[bool] = True
    options_type: ClassVar[type[Any]]
    default_prompt: ClassVar[Prompt | None] = None
    placeholders: ClassVar[frozenset[str]] = frozenset()
    required_placeholders: ClassVar[frozenset[str]] = frozenset()
    adds: ClassVar[frozenset[Attachment]] = frozenset()

    def __init__(self, options: OptionsT) -> None:
        self.options = options

    def reads(self) -> frozenset[Attachment]:
        """Tell which attachments of its candidates this step looks at."""
        return frozenset()

    def reads_tests(self) -> bool:
        """Tell whether this step looks at the unit tests."""
        return False

    def works_on_demand(self) -> bool:
        """Tell whether work that nobody asked for is left for later.

        It is if each place of the output can be filled while the other ones are not
        worked on, and the step itself asks for what it reads (`Inflow.want`).
        """
        return self.enough() is not None

    def enough(self) -> int | None:
        """Tell how many of the candidates that flow in may be enough; None: all are read."""
        return None

    def option_problems(self) -> tuple[OptionProblem, ...]:
        """Tell what is wrong with options whose types are right, such as a bad pattern."""
        return ()

    @abstractmethod
    def flow(self, inflow: Flow) -> Flow | FlowProblem:
        """Tell what flows out if *inflow* flows in, or why that cannot be.

        `Flow.keep` and `Flow.renew` make it, so that unit tests flow on.
        """

    @abstractmethod
    def bounds(self, inflow: Flow, sizes: Sizes) -> Bounds:
        """Bound what one run of this step spends on *inflow*."""

    @abstractmethod
    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        """Do it: fill the places of the output. Places left open are closed as empty."""
