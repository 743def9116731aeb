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
from archon_runtime.techniques.unit_test_evaluator import (
    UnitTestEvaluator,
    UnitTestEvaluatorOptions,
)
from archon_runtime.techniques.unit_test_generator import (
    UnitTestGenerator,
    UnitTestGeneratorOptions,
)
from archon_runtime.techniques.verifier import Verifier, VerifierOptions
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


class TestGeneratorThatShowsTests(TestGenerator):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Generator(GeneratorOptions(samples=2, show_tests=True))


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


class TestVerifier(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Verifier(VerifierOptions())

    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return "Fine.\nRIGHT" if sample % 2 else "Wrong."


class TestVerifierFirst(TestVerifier):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return Verifier(VerifierOptions(first=1, on_none="best"))


class TestUnreadableVerifier(TestVerifier):
    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return "not wrong"


class TestUnitTestGenerator(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return UnitTestGenerator(UnitTestGeneratorOptions(tests=3))

    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return "Test 1: The answer states that it is Paris."


class TestUnreadableUnitTestGenerator(TestUnitTestGenerator):
    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return "1. Paris"


class TestUnitTestEvaluator(TechniqueContract):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return UnitTestEvaluator(UnitTestEvaluatorOptions(keep=Keep(2, up_to=True)))

    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return f"Hm.\nTest 1: passed\nTest 2: {'passed' if sample else 'failed'}"


class TestUnitTestEvaluatorFirst(TestUnitTestEvaluator):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return UnitTestEvaluator(UnitTestEvaluatorOptions(first=1))


class TestUnitTestEvaluatorAll(TestUnitTestEvaluator):
    @pytest.fixture
    def technique(self) -> Technique[Any]:
        return UnitTestEvaluator(UnitTestEvaluatorOptions(all=True))


class TestUnreadableUnitTestEvaluator(TestUnitTestEvaluator):
    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        return "Both did pass."


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
