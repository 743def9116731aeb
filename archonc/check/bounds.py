"""Bound what steps, layers and architectures spend, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from math import ceil

from archon_runtime.bounds import Sizes
from archon_runtime.chat import Message, Role
from archon_runtime.cost import Cost, add_costs
from archon_runtime.prompt import Prompt
from archon_runtime.prompt_size import measure_prompt
from archonc.check.flow import Makers
from archonc.check.steps import DraftStep
from archonc.check.typed import Assumptions, CheckedStep
from archonc.resolve.symbols import ModelSymbol, Unknown

__all__ = ["cost_of", "sizes_for", "template_tokens"]


def sizes_for(step: DraftStep, makers: Makers, assumed: Assumptions) -> Sizes:
    """Tell how large the parts of the step's prompts are, at most."""
    reader = step.model if isinstance(step.model, ModelSymbol) else None
    readers = () if reader is None else reader.chain()
    return Sizes(
        question=assumed.question_tokens,
        template=_template_of(step),
        candidate=_as_read_by(readers, makers.candidates, assumed),
        critique=_as_read_by(readers, makers.critiques, assumed),
        max_tokens=_longest(readers),
        tests=_as_read_by(readers, makers.tests, assumed),
    )


def _template_of(step: DraftStep) -> int:
    if step.prompt is not None:
        return template_tokens(step.prompt.prompt)
    technique = step.technique
    default = None if technique is None else technique.default_prompt
    return 0 if default is None else template_tokens(default)


def template_tokens(prompt: Prompt) -> int:
    """Bound the tokens of a prompt's own text and of the conversation around it."""
    texts = [(Role.SYSTEM, prompt.system)] if prompt.system else []
    for user, assistant in prompt.examples:
        texts += [(Role.USER, user), (Role.ASSISTANT, assistant)]
    texts.append((Role.USER, prompt.user))
    return measure_prompt([Message(role, text) for role, text in texts], None).most


def _longest(models: Sequence[ModelSymbol]) -> int | None:
    """The longest answer that any of them may give; None if one has no limit, or is none."""
    limits = [each.spec.max_tokens for each in models]
    known = [limit for limit in limits if limit is not None]
    return max(known, default=None) if len(known) == len(limits) else None


def _as_read_by(
    readers: Sequence[ModelSymbol], makers: Iterable[ModelSymbol | Unknown], assumed: Assumptions
) -> int | None:
    largest = 0
    for maker in _all_of(makers):
        if isinstance(maker, Unknown) or maker.spec.max_tokens is None:
            return None
        # Every one that may read it must count as the one that wrote it.
        same = bool(readers) and all(each.spec.model == maker.spec.model for each in readers)
        # Through Decimal: 1000 * 1.3 as floats would round up to 1301.
        factor = Decimal(1) if same else Decimal(str(assumed.retokenise))
        largest = max(largest, ceil(maker.spec.max_tokens * factor))
    return largest


def _all_of(makers: Iterable[ModelSymbol | Unknown]) -> Iterator[ModelSymbol | Unknown]:
    """List all that may have written it, fallbacks too."""
    for maker in makers:
        yield from (maker,) if isinstance(maker, Unknown) else maker.chain()


def cost_of(steps: Iterable[CheckedStep]) -> Cost:
    """Add up what the steps' bounds cost; a model without a price makes it unknown."""
    return add_costs(
        (step.bounds, [each.price for each in step.model.chain])
        for step in steps
        if step.model is not None
    )
