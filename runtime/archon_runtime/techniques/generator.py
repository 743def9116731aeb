"""generator: sample answers to the question."""

from __future__ import annotations

from functools import partial

from archon_runtime.bounds import Bounds, Range, Sizes, times_high
from archon_runtime.classes import dataclass
from archon_runtime.flow import Arity, Flow, FlowProblem, FlowRule
from archon_runtime.prompt import Prompt, render_messages
from archon_runtime.techniques.base import Context, Inflow, OptionKind, Technique, option

__all__ = ["Generator", "GeneratorOptions"]


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


class Generator(Technique[GeneratorOptions]):
    """Ask the model for `samples` answers, side by side.

    Source: arXiv 2409.15254, section 3.1 (generator).
    """

    name = "generator"
    summary = "samples answers to the question"
    makes_new = True
    options_type = GeneratorOptions
    default_prompt = Prompt(user="{{query}}")
    required_placeholders = frozenset({"query"})

    def flow(self, inflow: Flow) -> Flow | FlowProblem:
        """Make `samples` candidates of nothing; candidates before it would be lost."""
        if inflow.arity.high != 0:
            return FlowProblem(
                FlowRule.DISCARDS_CANDIDATES,
                f"`generator` answers afresh and throws away the {inflow.arity} candidates "
                "that flow in",
                help="put it in the first layer, or use a `fuser` to work on the candidates",
            )
        return Flow(Arity(self.options.samples, self.options.samples))

    def bounds(self, inflow: Flow, sizes: Sizes) -> Bounds:
        """One call a sample, all side by side."""
        calls = Range(self.options.samples, self.options.samples)
        return Bounds(
            calls,
            sizes.prompt().times(calls),
            Range(0, times_high(calls.most, sizes.max_tokens)),
            depth=1,
        )

    async def apply(self, ctx: Context, candidates: Inflow) -> None:
        """Sample; each answer flows on as soon as it is there."""
        messages = render_messages(ctx.prompt, ctx.question, {})

        async def sample(index: int) -> None:
            reply = await ctx.ask(messages, sample=index)
            ctx.put(index, ctx.new_candidate(index, reply))

        await ctx.side_by_side([partial(sample, i) for i in range(self.options.samples)])
