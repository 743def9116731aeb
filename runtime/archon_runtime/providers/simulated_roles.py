"""What simulated models write, in the role of each technique that asks a model.

They see what a real model sees, the prompt's text, and follow nothing but its
structure: what stands in a candidate moves them only by the quality that it carries.
Every judge sees a candidate's true quality with a chance of its skill. Else it sees
what a critique beside it says, if there is one, or else a random quality.

A unit test is a threshold: an answer whose quality is at least that passes it. The tests
of a perfect writer are passed by all right answers, and the last of them by no wrong one;
with a chance of one minus its skill a test's threshold is random instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from archon_runtime.chat import ChatRequest, Role
from archon_runtime.prompt import Shown, fence, read_candidates, read_tests
from archon_runtime.providers.simulated_quality import (
    carries_quality,
    draw,
    draw_normal,
    draw_quality,
    hide_quality,
    quality_from,
    quality_of,
    show_quality,
)

__all__ = ["ROLES", "SimulatedModels", "Writer"]

ROLES = (
    "generator",
    "fuser",
    "ranker",
    "critic",
    "verifier",
    "unit_test_generator",
    "unit_test_evaluator",
)
DEFAULT_SKILL = 0.5
_DISTRACTORS = 5
_TESTS = 5

Writer = Callable[[str, float, int], str]
"""Makes an answer's text of the question, the hidden quality and the sample's index."""


@dataclass(frozen=True, slots=True)
class SimulatedModels:
    """All models of one simulated provider: their skills, and the chance that they share."""

    seed: int = 0
    skills: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    correlation: float = 0.5
    writer: Writer | None = None

    def reply(self, request: ChatRequest) -> str:
        """Write the whole reply to a request, in the role that its purpose names.

        Any other purpose is a generator's. The candidates are those of the latest
        message that shows some, since a request for a repair shows none itself.
        """
        users = [m.content for m in request.messages if m.role is Role.USER]
        last = users[-1] if users else ""
        shown = next((found for text in reversed(users) if (found := read_candidates(text))), ())
        match request.purpose:
            case "ranker" if shown:
                return self._rank(request, shown)
            case "critic" if shown:
                return self._criticise(request, shown, users)
            case "fuser" if shown:
                return self._fuse(request, shown, last)
            case "verifier" if shown:
                return self._verify(request, shown[-1], asked=not read_candidates(last))
            case "unit_test_generator":
                return self._write_tests(request, last)
            case "unit_test_evaluator" if shown:
                tests = next((each for text in reversed(users) if (each := read_tests(text))), ())
                return self._evaluate(request, shown[-1], tests)
            case _:
                return self._generate(request, last)

    def _skill(self, request: ChatRequest) -> float:
        role = request.purpose if request.purpose in ROLES else "generator"
        return self.skills.get(request.model, {}).get(role, DEFAULT_SKILL)

    def _generate(self, request: ChatRequest, question: str) -> str:
        quality = draw_quality(
            self._skill(request),
            self.correlation,
            seed=self.seed,
            question=question,
            model=request.model,
            sample=request.sample,
        )
        return self._write(request, question, quality)

    def _fuse(self, request: ChatRequest, shown: tuple[Shown, ...], prompt: str) -> str:
        """Work on the candidate that seems best: a skill above a half mends, below it spoils."""
        seen = self._see(request, shown)
        base = shown[max(range(len(shown)), key=lambda i: seen[i])]
        own = draw_normal(self.seed, "fuser", prompt, request.model, request.sample)
        shift = self._skill(request) - 0.5 + 0.5 * own
        return self._write(request, prompt, quality_from(self._true(base), shift))

    def _rank(self, request: ChatRequest, shown: tuple[Shown, ...]) -> str:
        seen = self._see(request, shown)
        order = sorted(range(len(shown)), key=lambda i: -seen[i])
        line = " > ".join(f"[{index + 1}]" for index in order)
        return f"I compared {len(shown)} candidates by what they carry.\n{line}"

    def _criticise(self, request: ChatRequest, shown: tuple[Shown, ...], users: list[str]) -> str:
        """Write a critique under each heading that the prompt asks for."""
        marker = fence([each.text for each in shown])
        asked = any(f"Critique 1 {marker}" in text for text in users)
        parts = []
        for number, quality in enumerate(self._see(request, shown), start=1):
            verdict = "It seems right." if quality >= 0.5 else "It seems wrong."
            token = show_quality(quality, self.seed, "critique", shown[number - 1].text)
            heading = f"### Critique {number}{f' {marker}' if asked else ''}"
            parts.append(f"{heading}\n{verdict} ({token})")
        return "\n\n".join(parts)

    def _verify(self, request: ChatRequest, shown: Shown, *, asked: bool) -> str:
        """Write the reasoning, or, once *asked* for it, the verdict: both say what is seen."""
        (quality,) = self._see(replace(request, sample=0), (shown,))
        seems = "right" if quality >= 0.5 else "wrong"
        if asked:
            return f"On the whole it seems {seems}.\n{seems.upper()}"
        return f"It seems {seems}. ({show_quality(quality, self.seed, 'reasoning', shown.text)})"

    def _write_tests(self, request: ChatRequest, prompt: str) -> str:
        """Write as many tests as the prompt allows, each with its threshold."""
        # The format comes after the question, which may say such a thing too.
        allowed = re.findall(r"at most (\d{1,3}) tests?\b", prompt)
        count = int(allowed[-1]) if allowed else _TESTS
        lines = []
        for number in range(1, count + 1):
            who = (self.seed, "test", request.model, prompt, number)
            sound = draw(*who, "sound") < self._skill(request)
            threshold = number / count / 2 if sound else draw(*who, "threshold")
            lines.append(f"Test {number}: The answer holds up. ({show_quality(threshold, *who)})")
        return "\n".join(lines)

    def _evaluate(self, request: ChatRequest, shown: Shown, tests: Sequence[str]) -> str:
        """Pass a candidate in each test whose threshold the quality seen reaches."""
        (quality,) = self._see(replace(request, sample=0), (shown,))
        lines = [f"I looked at what the answer carries, for {len(tests)} tests."]
        for number, test in enumerate(tests, start=1):
            carried = quality_of(test)
            threshold = draw(self.seed, "unmarked test", test) if carried is None else carried
            word = "passed" if quality >= threshold else "failed"
            lines.append(f"Test {number}: {word}")
        return "\n".join(lines)

    def _see(self, request: ChatRequest, shown: tuple[Shown, ...]) -> list[float]:
        """Judge each candidate; neither its place nor its neighbours matter."""
        skill, seen = self._skill(request), []
        for each in shown:
            who = (self.seed, "see", request.purpose, request.model, request.sample, each.text)
            said = quality_of(each.critique) if each.critique else None
            if draw(*who, "sees") < skill:
                seen.append(self._true(each))
            else:
                seen.append(draw(*who, "guesses") if said is None else said)
        return seen

    def _true(self, shown: Shown) -> float:
        """Read a candidate's quality; a text that carries none has one of its own."""
        carried = quality_of(shown.text)
        return draw(self.seed, "unmarked", shown.text) if carried is None else carried

    def _write(self, request: ChatRequest, question: str, quality: float) -> str:
        """Write an answer that carries *quality*: the user's text, or a number.

        Right answers to a question agree, wrong ones are a few numbers that recur: a
        vote has something to count. The token goes first, so a cut text still has it.
        """
        identity = (self.seed, request.purpose, request.model, request.sample, question)
        if self.writer is not None:
            text = self.writer(question, quality, request.sample)
            return text if carries_quality(text) else hide_quality(quality, *identity) + text
        which = 0 if quality >= 0.5 else 1 + int(draw("wrong", *identity) * _DISTRACTORS)
        number = int(draw(self.seed, "answer", question, which) * 1000)
        token = show_quality(quality, *identity)
        return f"{token}: simulated by {request.model}.\nThe answer is {number}."
