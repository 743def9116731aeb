"""generator: sample answers to the question."""

from __future__ import annotations

from functools import partial

from archon_runtime.bounds import Bounds, Range, Sizes, times_high
from archon_runtime.classes import dataclass
from archon_runtime.flow import Arity, Flow, FlowProblem, FlowRule
from archon_runtime.prompt import Prompt, render_messages, show_tests
from archon_runtime.techniques.base import Context, Inflow, OptionKind, Technique, option
from archon_runtime.techniques.problem import no_tests
from archon_runtime.techniques.repair import with_placeholder
from archon_runtime.techniques.unit_tests import tokens_with_tests

__all__ = ["Generator", "GeneratorOptions"]

_TESTS = (
    "A right answer passes the tests between the tags below. They were written before there was "
    "any answer, so one of them may be wrong. Answer the question so that the others are "
    "passed, and don't mention tests."
)


@dataclass(frozen=True, slots=True)
class GeneratorOptions:
    """Options of `generator`."""

    samples: int = option(
        OptionKind.COUNT,
        "How many answers each model is asked for, independently of one another.",
        default=1,
        low=1,
        unit="candidates per model",
    )
    show_tests: bool = option(
        OptionKind.FLAG,
        "Show the unit tests that an answer should pass; a layer before it writes them.",
        default=False,
    )


class Generator(Technique[GeneratorOptions]):
    """Ask the model for `samples` answers, side by side.

    It waits for unit tests only if it shows them.

    Source: arXiv 2409.15254, section 3.1 (generator).
    """

    name = "generator"
    summary = "samples answers to the question"
    makes_new = True
    options_type = GeneratorOptions
    default_prompt = Prompt(user="{{query}}")
    placeholders = frozenset({"tests"})
    required_placeholders = frozenset({"query"})

    def reads_tests(self) -> bool:
        """If `show_tests: true`."""
        return self.options.show_tests

    def works_on_demand(self) -> bool:
        """Yes: an answer needs no other one."""
        return True

    def flow(self, inflow: Flow) -> Flow | FlowProblem:
        """Make `samples` candidates of nothing; candidates before it would be lost."""
        if inflow.arity.high != 0:
            return FlowProblem(
                FlowRule.DISCARDS_CANDIDATES,
                f"`generator` answers afresh and throws away the {inflow.arity} candidates "
                "that flow in",
                help="put it in the first layer, or use a `fuser` to work on the candidates",
            )
        missing = no_tests(self.name, inflow, "show_tests") if self.options.show_tests else None
        return missing or inflow.renew(Arity(self.options.samples, self.options.samples))

    def bounds(self, inflow: Flow, sizes: Sizes) -> Bounds:
        """One call a sample, all side by side."""
        calls = Range(self.options.samples, self.options.samples)
        shown = sizes.prompt()
        if self.options.show_tests:
            shown = Range(1, tokens_with_tests(sizes, 0, len(_TESTS)))
        return Bounds(
            calls,
            shown.times(calls),
            Range(0, times_high(calls.most, sizes.max_tokens)),
            depth=1,
        )

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        """Sample; each answer flows on as soon as it is there."""
        tests = await candidates.tests() if self.options.show_tests else ()
        shown = f"{_TESTS}\n\n{show_tests(tests)}" if tests else ""
        prompt = with_placeholder(ctx.prompt, "tests", shown)
        messages = render_messages(prompt, ctx.question, {"tests": shown})

        async def sample(index: int) -> None:
            reply = await ctx.ask(messages, sample=index)
            ctx.put(index, ctx.new_candidate(index, reply))

        await ctx.side_by_side([partial(sample, i) for i in range(self.options.samples)])
