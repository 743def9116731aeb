"""What the tests of unit tests share: replies, a provider, plans and runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from archon_runtime import Plan, Result, Runtime
from archon_runtime.candidate import Candidate
from archon_runtime.chat import ChatRequest, Message
from archon_runtime.prompt import Prompt
from archon_runtime.techniques.base import Technique
from archon_runtime.techniques.unit_test_evaluator import (
    UnitTestEvaluator,
    UnitTestEvaluatorOptions,
)
from tests.runtime.plans import Step
from tests.runtime.script_context import Replies, ScriptContext, ScriptInflow
from tests.runtime.scripted import Said, Scripted

__all__ = [
    "PLAIN",
    "SHOWN",
    "TESTS",
    "WRITES",
    "apply",
    "asked",
    "evaluator",
    "judge",
    "lab",
    "passes",
    "run",
    "say",
    "texts",
]

TESTS = ("The answer is a number.", "The answer is even.", "The answer is 42.")
WRITES = [Step("unit_test_generator")]
SHOWN = [Step("generator", options={"samples": 4, "show_tests": True})]
PLAIN = [Step("generator", options={"samples": 4})]


def evaluator(**options: Any) -> UnitTestEvaluator:
    return UnitTestEvaluator(UnitTestEvaluatorOptions(**options))


def passes(*counts: int | None) -> Replies:
    """Let candidate number i pass its first so many tests; None is never readable."""

    def replies(messages: Sequence[Message], sample: int, turn: int) -> str:
        count = counts[sample]
        if count is None:
            return "It did not pass."
        words = ["passed"] * count + ["failed"] * (len(TESTS) - count)
        return "\n".join(["Hm.", *(f"Test {n}: {word}" for n, word in enumerate(words, 1))])

    return replies


async def apply(
    technique: Technique[Any],
    given: Sequence[Candidate | None],
    replies: Replies,
    *,
    arrive_s: Sequence[float] = (),
    tests: Sequence[str] = TESTS,
    prompt: Prompt | None = None,
) -> tuple[ScriptContext, ScriptInflow]:
    prompt = prompt or technique.default_prompt
    assert prompt is not None
    ctx, inflow = ScriptContext(prompt, replies), ScriptInflow(given, arrive_s, tests)
    await technique.apply(ctx, inflow)
    return ctx, inflow


def judge(**options: object) -> list[Step]:
    return [Step("unit_test_evaluator", options=options)]


def say(request: ChatRequest) -> Said:
    """Write two tests; candidate `draft 1` passes the first of them, `draft 2` both."""
    shown = request.messages[-1].content
    match request.purpose:
        case "unit_test_generator":
            return Said("Test 1: It is a number.\nTest 2: It is even.")
        case "unit_test_evaluator":
            number = next(n for n in range(9) if f"draft {n}\n" in shown)
            words = ["passed" if n < number else "failed" for n in range(2)]
            return Said("\n".join(f"Test {n}: {word}" for n, word in enumerate(words, 1)))
        case _:
            return Said(f"draft {request.sample}")


def lab(
    after_s: Mapping[str, float] | None = None,
    text_of: Callable[[ChatRequest], str] | None = None,
) -> Scripted:
    """Say what `say` does, unless *text_of* says something; a technique takes its *after_s*."""

    def script(request: ChatRequest) -> Said:
        text = text_of(request) if text_of else ""
        text = text or say(request).text
        return Said(text, (after_s or {}).get(request.purpose, 0.0))

    return Scripted(script)


async def run(plan: Plan, provider: Any) -> Result:
    async with Runtime(providers={"lab": provider}) as runtime:
        return await runtime.run(plan, "What is 6 times 7?")


def texts(result: Result) -> list[str]:
    return [each.text for each in result.candidates]


def asked(provider: Scripted, purpose: str) -> Sequence[ChatRequest]:
    return [each for each in provider.requests if each.purpose == purpose]
