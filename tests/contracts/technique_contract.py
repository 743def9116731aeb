"""What every technique must keep. A technique's test is one subclass with its fixtures."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archon_runtime.bounds import Range, Sizes
from archon_runtime.candidate import Candidate
from archon_runtime.chat import Message, Role
from archon_runtime.flow import Arity, Attachment, Flow
from archon_runtime.prompt import Prompt, placeholders_of
from archon_runtime.question import Question
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Technique, options_of
from tests.runtime.script_context import ScriptContext, ScriptInflow

_CONVERSATION = [
    Message(Role.SYSTEM, "Answer in one word."),
    Message(Role.USER, "Hello."),
    Message(Role.ASSISTANT, "Hi!"),
    Message(Role.USER, "What is the capital of France?"),
]
_SIZES = Sizes(question=50, template=600, candidate=100, critique=100, max_tokens=100, tests=100)
_TESTS = ("The answer names a city.", "The answer is one word.")
_PAGES = Path(__file__).parents[2] / "specs" / "techniques"
_BLOCKED = """
import sys
for name in ("anyio", "aiohttp", "trio", "asyncio"):
    sys.modules[name] = None
import {module}
"""


def draft(count: int) -> list[Candidate]:
    return [Candidate(f"draft/{i}", f"answer {i % 3}", "m") for i in range(count)]


class TechniqueContract:
    """Subclass it and give `technique`, and `reply` if it asks a model."""

    @pytest.fixture
    def technique(self) -> Technique[Any]:
        raise NotImplementedError

    def reply(self, messages: Sequence[Message], sample: int, turn: int) -> str:
        raise NotImplementedError

    async def _run(
        self, technique: Technique[Any], given: list[Candidate], question: Question
    ) -> ScriptContext:
        prompt = technique.default_prompt or Prompt(user="")
        ctx = ScriptContext(prompt, self.reply, question)
        await technique.apply(ctx, ScriptInflow(given, tests=_TESTS))
        return ctx

    def _inflow(self, technique: Technique[Any], count: int) -> Flow:
        count = 0 if technique.name == "generator" else count
        return Flow(Arity(count, count), tests=True)

    @pytest.mark.anyio
    @pytest.mark.parametrize("count", [1, 2, 5])
    async def test_what_comes_out_is_what_the_signature_says(
        self, technique: Technique[Any], count: int
    ) -> None:
        inflow = self._inflow(technique, count)
        outflow = technique.flow(inflow)
        if not isinstance(outflow, Flow):
            pytest.skip("so many may not flow in")
        given = draft(inflow.arity.low)
        ctx = await self._run(technique, given, Question(tuple(_CONVERSATION)))
        arity = outflow.arity
        assert arity.high is not None
        assert arity.low <= len(ctx.out) <= arity.high
        for candidate in ctx.out:
            carried = {a for a in Attachment if getattr(candidate, a.value) is not None}
            assert carried <= outflow.attachments
        bounds = technique.bounds(inflow, _SIZES)
        assert bounds.calls.most is not None
        assert bounds.calls.least <= len(ctx.asks) <= bounds.calls.most

    @pytest.mark.anyio
    async def test_unit_tests_flow_on_and_only_who_writes_them_gives_some(
        self, technique: Technique[Any]
    ) -> None:
        outflow = technique.flow(self._inflow(technique, 3))
        assert isinstance(outflow, Flow)
        assert outflow.tests
        ctx = await self._run(technique, draft(3), Question(tuple(_CONVERSATION)))
        assert len(ctx.tests) == technique.makes_tests
        assert all(ctx.tests)
        shown = [ask for ask in ctx.asks if any(_TESTS[1] in m.content for m in ask.messages)]
        assert bool(shown) == technique.reads_tests()

    @pytest.mark.anyio
    async def test_system_message_and_earlier_turns_are_kept_in_every_call(
        self, technique: Technique[Any]
    ) -> None:
        question = Question(tuple(_CONVERSATION))
        ctx = await self._run(technique, draft(3), question)
        assert bool(ctx.asks) == technique.takes_model
        for ask in ctx.asks:
            assert ask.messages[0].role is Role.SYSTEM
            assert ask.messages[0].content.startswith("Answer in one word.")
            turns = [message.content for message in ask.messages]
            assert turns[1:3] == ["Hello.", "Hi!"]
            assert "What is the capital of France?" in ask.messages[3].content

    @pytest.mark.anyio
    async def test_the_callers_conversation_is_not_altered(self, technique: Technique[Any]) -> None:
        question = Question(tuple(_CONVERSATION), {"words": ["a"]})
        before = copy.deepcopy(question)
        await self._run(technique, draft(3), question)
        await self._run(technique, draft(3), question)
        assert question == before

    @pytest.mark.anyio
    async def test_attachments_stay_or_go_with_identity(self, technique: Technique[Any]) -> None:
        given = [replace(each, critique=f"of {each.id}") for each in draft(3)]
        ctx = await self._run(technique, given, Question(tuple(_CONVERSATION)))
        for candidate in ctx.out:
            old = next((each for each in given if each.id == candidate.id), None)
            assert (old is None) == technique.makes_new
            if old is None:
                assert candidate.critique is None
            else:
                assert candidate.text == old.text
                if Attachment.CRITIQUE not in technique.adds:
                    assert candidate.critique == old.critique

    @pytest.mark.anyio
    async def test_nothing_flowing_in_at_run_time_is_no_crash(
        self, technique: Technique[Any]
    ) -> None:
        ctx = await self._run(technique, [], Question(tuple(_CONVERSATION)))
        assert bool(ctx.out) == (technique.name == "generator")

    def test_bounds_follow_what_is_known(self, technique: Technique[Any]) -> None:
        inflow = self._inflow(technique, 5)
        bounds = technique.bounds(inflow, _SIZES)
        calls = bounds.calls.most
        assert calls is not None
        assert bounds.completion_tokens == Range(0, calls * 100)
        assert (bounds.depth > 0) == (calls > 0)
        assert bounds.calls.least >= bounds.depth
        unbounded = technique.bounds(inflow, replace(_SIZES, max_tokens=None))
        assert (unbounded.completion_tokens.most is None) == (calls > 0)

    def test_options_and_prompt_are_documented_and_sound(self, technique: Technique[Any]) -> None:
        assert TECHNIQUES[technique.name] is type(technique)
        for option in options_of(technique.options_type):
            assert option.doc.endswith(".")
            assert option.doc[0].isupper()
            if option.words and not option.required:
                assert option.default in option.words
        prompt = technique.default_prompt
        assert (prompt is None) == (not technique.takes_model)
        if prompt is not None:
            used = set(placeholders_of(prompt.system + prompt.user))
            assert used <= technique.placeholders | {"query"}
            assert used >= technique.required_placeholders
            assert not re.search(r"\{[a-z]", re.sub(r"\{\{.*?\}\}", "", prompt.user))

    def test_its_reference_page_names_every_option(self, technique: Technique[Any]) -> None:
        page = (_PAGES / f"{technique.name}.md").read_text(encoding="utf-8")
        assert page.startswith(f"# {technique.name}\n")
        for option in options_of(technique.options_type):
            assert f"\n| `{option.name}` |" in page
            assert all(f"`{word}`" in page for word in option.words)
        for placeholder in technique.placeholders:
            assert f"{{{{{placeholder}}}}}" in page

    def test_it_imports_without_any_way_to_reach_the_world(self, technique: Technique[Any]) -> None:
        code = _BLOCKED.format(module=type(technique).__module__)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
