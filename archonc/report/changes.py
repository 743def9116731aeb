"""What changed in meaning between two plans, as data.

Not meaning, and never reported: white space, comments, the order of declarations, and the
names of architectures, layers, models, prompts and files, as long as what they stand for is
the same. Meaning: which layers and steps there are and in what order, their options, the
settings of their models, the text of their prompts and files, budgets, the answer, and the
bounds and costs that follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from archon_runtime.bounds import Bounds, Range
from archon_runtime.classes import dataclass, fields, replace
from archon_runtime.cost import Cost
from archon_runtime.plan import Answer, BudgetSpec, PlanSpec
from archonc.report.align import align
from archonc.report.amounts import UNBOUNDED, exact_dollars
from archonc.report.meaning import LayerMeaning, StepMeaning, meaning

__all__ = ["Change", "Kind", "compare"]


class Kind(StrEnum):
    """What changed."""

    LAYER = "layer"
    STEP = "step"
    TECHNIQUE = "technique"
    OPTION = "option"
    MODEL = "model"
    PROMPT = "prompt"
    FILE = "file"
    FLOW = "flow"
    BOUNDS = "bounds"
    BUDGET = "budget"
    ANSWER = "answer"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `layer` is where (empty: the whole); `before` or `after` is None if not there.

    `what` names the option, setting, limit or bound. Prompts and files have their whole
    texts.
    """

    kind: Kind
    layer: str
    what: str
    before: str | None
    after: str | None


def compare(before: PlanSpec, after: PlanSpec) -> tuple[Change, ...]:
    """List what changed, layer by layer, then of the whole; the same change once."""
    old, new = meaning(before), meaning(after)
    found = list(_layers(old, new))
    found += _answer("", before.answer, after.answer)
    found += _budget("", before.budget, after.budget)
    found += _pairs(Kind.ASSUMED, "", _assumed(before), _assumed(after))
    found += _bounds("", before.bounds, after.bounds, _cost(before), _cost(after))
    return tuple(dict.fromkeys(found))


def _layers(old: Iterable[LayerMeaning], new: Iterable[LayerMeaning]) -> Iterator[Change]:
    pairs = align(
        list(old),
        list(new),
        (
            lambda each: each.shape,
            lambda each: (each.given_name, each.technique),
            lambda each: each.technique,
            lambda each: each.name,
        ),
    )
    for left, right in pairs:
        if left is None or right is None:
            there = left or right
            assert there is not None
            sides = (None, there.described) if left is None else (there.described, None)
            yield Change(Kind.LAYER, there.name, "", *sides)
        elif left.content != right.content:
            yield from _layer(left, right)


def _layer(old: LayerMeaning, new: LayerMeaning) -> Iterator[Change]:
    name = new.name
    if old.technique != new.technique:
        yield Change(Kind.TECHNIQUE, name, "", old.technique, new.technique)
    pairs = align(
        old.steps,
        new.steps,
        (
            lambda each: each.content,
            lambda each: (each.technique, each.model_title),
            lambda each: each.technique,
        ),
    )
    for left, right in pairs:
        if left is None or right is None:
            there = left or right
            assert there is not None
            sides = (None, there.described) if left is None else (there.described, None)
            yield Change(Kind.STEP, name, "", *sides)
        else:
            yield from _step(name, left, right)
    yield from _pairs(Kind.FLOW, name, old.flow, new.flow)
    yield from _pairs(Kind.OPTION, name, old.settings, new.settings)
    yield from _budget(name, old.budget, new.budget)
    yield from _bounds(name, old.bounds, new.bounds, old.cost, new.cost)


def _step(layer: str, old: StepMeaning, new: StepMeaning) -> Iterator[Change]:
    """Compare two steps of one technique."""
    yield from _pairs(Kind.OPTION, layer, old.options, new.options)
    if old.model_title != new.model_title:
        yield Change(Kind.MODEL, layer, "", old.model_described, new.model_described)
    else:
        settings = _pairs(Kind.MODEL, layer, old.model, new.model)
        yield from (replace(each, what=f"{new.model_title}: {each.what}") for each in settings)
    if old.prompt != new.prompt:
        yield Change(Kind.PROMPT, layer, "", old.prompt, new.prompt)
    yield from _pairs(Kind.FILE, layer, old.files, new.files)
    if old.nested is not None and new.nested is not None:
        yield from _layers(old.nested.layers, new.nested.layers)
        yield from _answer(layer, old.nested.answer, new.nested.answer)
        yield from _budget(layer, old.nested.budget, new.nested.budget)


def _pairs(
    kind: Kind, layer: str, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[Change]:
    for what in dict.fromkeys((*old, *new)):
        if old.get(what) != new.get(what):
            yield Change(kind, layer, what, old.get(what), new.get(what))


def _answer(layer: str, old: Answer, new: Answer) -> Iterator[Change]:
    if old != new:
        yield Change(Kind.ANSWER, layer, "", _chosen(old), _chosen(new))


def _chosen(answer: Answer) -> str:
    seed = "" if answer.seed is None else f"(seed: {answer.seed})"
    return f"{answer.choose.value}{seed}"


def _budget(layer: str, old: BudgetSpec | None, new: BudgetSpec | None) -> Iterator[Change]:
    return _pairs(Kind.BUDGET, layer, _limits(old), _limits(new))


def _limits(budget: BudgetSpec | None) -> dict[str, str]:
    if budget is None:
        return {}
    limits = {}
    for each in fields(BudgetSpec):
        value = getattr(budget, each.name)
        if value is not None:
            limits[each.name] = exact_dollars(value) if each.name == "cost_usd" else f"{value}"
    return limits


def _assumed(plan: PlanSpec) -> dict[str, str]:
    return {name: f"{value:g}" for name, value in plan.assumed.items()}


def _cost(plan: PlanSpec) -> Cost:
    return Cost(plan.cost_least_usd, plan.cost_most_usd)


def _bounds(
    layer: str, old: Bounds, new: Bounds, old_cost: Cost, new_cost: Cost
) -> Iterator[Change]:
    return _pairs(Kind.BOUNDS, layer, _written(old, old_cost), _written(new, new_cost))


def _written(bounds: Bounds, cost: Cost) -> dict[str, str]:
    # With all digits: a table may round, a comparison may not.
    return {
        "calls": _range(bounds.calls),
        "prompt tokens": _range(bounds.prompt_tokens),
        "completion tokens": _range(bounds.completion_tokens),
        "chain": str(bounds.depth),
        "cost": _dollars(cost),
    }


def _range(value: Range) -> str:
    if value.least == value.most:
        return f"{value.least:,}"
    return f"{value.least:,}..{UNBOUNDED if value.most is None else f'{value.most:,}'}"


def _dollars(cost: Cost) -> str:
    if cost.least_usd is None:
        return "unknown"
    least = exact_dollars(cost.least_usd)
    if cost.least_usd == cost.most_usd:
        return least
    return f"{least}..{UNBOUNDED if cost.most_usd is None else exact_dollars(cost.most_usd)}"
