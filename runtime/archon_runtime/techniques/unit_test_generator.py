"""unit_test_generator: write what a right answer must satisfy, for later layers to judge by."""

from __future__ import annotations

from functools import partial

from archon_runtime.bounds import Bounds, Range, Sizes, add_high
from archon_runtime.classes import dataclass
from archon_runtime.flow import Flow, FlowProblem
from archon_runtime.prompt import Prompt, render_messages
from archon_runtime.techniques.base import Context, Inflow, OptionKind, Technique, option
from archon_runtime.techniques.repair import (
    ask_and_read,
    bounds_of_turns,
    byte_length,
    repair_bytes,
    with_placeholder,
)
from archon_runtime.techniques.reply import Refusal, read_tests
from archon_runtime.techniques.unit_tests import GENERAL_TEST, MOST_TESTS

__all__ = ["UnitTestGenerator", "UnitTestGeneratorOptions"]

_PROMPT = """\
Write unit tests for answers to a question. Don't answer the question yourself. Rules given \
earlier in this conversation are for the answers, not for your reply.

The question:

{{query}}

Each test is one sentence about an answer, such as "The answer states ..." or "The function \
returns ... for ...", that is true of every right answer and false of some wrong ones. What \
makes a good test:
- Somebody who sees only the question and one answer can decide it.
- It tests one thing, and no other test tests the same.
- It is about what the question asks: facts, results, cases at the edge, the form that is \
wanted; not about style or length, unless the question is.
- It does not forbid a right answer that is put differently.

{{reply_format}}"""

_FORMAT = """\
Write at most {count}, one for each thing that is worth testing. Each is a line of its own that \
begins with the word Test, its number and a colon; number them from 1. Nothing may stand between \
them or after them:

Test 1: ..."""


@dataclass(frozen=True, slots=True)
class UnitTestGeneratorOptions:
    """Options of `unit_test_generator`."""

    tests: int = option(
        OptionKind.COUNT,
        "How many tests to write, at most.",
        default=5,
        low=1,
        high=MOST_TESTS,
        unit="tests",
    )


class UnitTestGenerator(Technique[UnitTestGeneratorOptions]):
    """Ask the model once for at most `tests` tests in words.

    They are judged by a model, never executed. If none can be read, also after a repair,
    one general test stands for them, so that there always are some. Candidates go
    through as they come, at once. The question itself stays as it is.

    Source: arXiv 2409.15254, section 3.1 (unit test generator).
    """

    name = "unit_test_generator"
    summary = "writes unit tests, in words, for later layers"
    makes_tests = True
    options_type = UnitTestGeneratorOptions
    default_prompt = Prompt(user=_PROMPT)
    placeholders = frozenset({"reply_format"})
    required_placeholders = frozenset({"query"})

    def works_on_demand(self) -> bool:
        """Yes: it lets through what is asked for."""
        return True

    def flow(self, inflow: Flow) -> Flow | FlowProblem:
        """Let all candidates through, if there are any; tests exist from here on."""
        return Flow(inflow.arity, inflow.attachments, tests=True)

    def bounds(self, inflow: Flow, sizes: Sizes) -> Bounds:
        """One call, and one to repair its reply."""
        reply_format = self._format()
        first = add_high(sizes.prompt().most, byte_length(reply_format))
        said = (repair_bytes(reply_format),)
        return bounds_of_turns(Range(1, 1), first, said, sizes.max_tokens, least=1)

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        """Write the tests, and let candidates through meanwhile."""

        async def let_through(index: int) -> None:
            candidate = await candidates.get(index)
            if candidate is not None:
                ctx.put(index, candidate)

        jobs = [partial(let_through, index) for index in range(candidates.width)]
        # Behind the places, so that no place that becomes unneeded stops it.
        await ctx.side_by_side([*jobs, partial(self._write, ctx)])

    async def _write(self, ctx: Context) -> None:
        reply_format = self._format()
        prompt = with_placeholder(ctx.prompt, "reply_format", reply_format)
        tests = await ask_and_read(
            ctx,
            render_messages(prompt, ctx.question, {"reply_format": reply_format}),
            lambda text: read_tests(text, self.options.tests),
            reply_format,
        )
        if isinstance(tests, Refusal):
            ctx.note("fallback", f"no tests could be read; one stands for them: {GENERAL_TEST}")
            tests = (GENERAL_TEST,)
        ctx.put_tests(tests)

    def _format(self) -> str:
        count = "1 test" if self.options.tests == 1 else f"{self.options.tests} tests"
        return _FORMAT.format(count=count)
