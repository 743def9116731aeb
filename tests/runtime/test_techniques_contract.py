from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from archon_runtime.chat import Message
from archon_runtime.techniques.base import Check, Keep, Technique
from archon_runtime.techniques.checker import Checker, CheckerOptions
from archon_runtime.techniques.critic import Critic, CriticOptions
from archon_runtime.techniques.fuser import Fuser, FuserOptions
from archon_runtime.techniques.generator import Generator, GeneratorOptions
from archon_runtime.techniques.ranker import Ranker, RankerOptions
from archon_runtime.techniques.voter import Voter, VoterOptions
from tests.contracts.technique_contract import TechniqueContract


def shown_count(messages: Sequence[Message]) -> int:
    return "".join(message.content for message in messages).count("\n</candidate ")


class TestGenerator(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Generator(GeneratorOptions(samples=3))

    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return f"Paris {sample}"


class TestFuser(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Fuser(FuserOptions(samples=2, length_control=True))

    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return f"Paris {sample}"


class TestCritic(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Critic(CriticOptions())

    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        numbers = range(1, shown_count(messages) + 1)
        return "\n".join(f"### Critique {number}\nFine." for number in numbers)


class TestUnreadableCritic(TestCritic):
    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return "They are all good."


class TestRanker(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Ranker(RankerOptions(keep=Keep(2, up_to=True)))

    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return " > ".join(f"[{number}]" for number in range(shown_count(messages), 0, -1))


class TestUnreadableRanker(TestRanker):
    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return "[1] > [1]"


class TestVoter(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Voter(VoterOptions(extract="number"))


class TestChecker(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Checker(CheckerOptions(Check(command=("true",))))


class TestCheckerFirst(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Checker(CheckerOptions(Check(command=("true",)), first=1, on_none="pass"))
