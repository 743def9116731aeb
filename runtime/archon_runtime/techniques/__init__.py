"""The techniques, by their names in the language. One file each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archon_runtime.techniques.base import Technique
from archon_runtime.techniques.checker import Checker
from archon_runtime.techniques.critic import Critic
from archon_runtime.techniques.fuser import Fuser
from archon_runtime.techniques.generator import Generator
from archon_runtime.techniques.ranker import Ranker
from archon_runtime.techniques.unit_test_evaluator import UnitTestEvaluator
from archon_runtime.techniques.unit_test_generator import UnitTestGenerator
from archon_runtime.techniques.verifier import Verifier
from archon_runtime.techniques.voter import Voter

__all__ = ["TECHNIQUES"]

TECHNIQUES: Mapping[str, type[Technique[Any]]] = {
    technique.name: technique
    for technique in (
        Generator,
        Fuser,
        Critic,
        Ranker,
        Verifier,
        UnitTestGenerator,
        UnitTestEvaluator,
        Checker,
        Voter,
    )
}
