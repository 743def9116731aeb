"""From a plan to a figure: what to draw, without a word on where. Texts are short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archon_runtime.bounds import Bounds, add_high
from archon_runtime.cost import Cost
from archon_runtime.flow import Arity, Flow
from archon_runtime.plan import Answer, Choose, PlanSpec
from archonc.report.amounts import UNBOUNDED, count_range, most_cost, most_count
from archonc.report.models import describe_model
from archonc.report.outline import LayerOutline, NestedPart, Part, carried, outline

__all__ = ["ANSWER", "Block", "Box", "Figure", "Frame", "Lane", "make_figure"]


ANSWER = "answer"
"""How the answer is chosen where there is nothing to choose."""


@dataclass(frozen=True, slots=True)
class Box:
    """A component: its technique, its model (empty if it asks none), what else matters.

    `count` components that are the same make one box. `about` says it all, for whoever
    points at the box.
    """

    technique: str
    model: str
    detail: str
    count: int
    about: str


@dataclass(frozen=True, slots=True)
class Frame:
    """An architecture that stands in a layer as one component: its own lanes."""

    title: str
    count: int
    lanes: tuple[Lane, ...]
    answer: str
    about: str


Block = Box | Frame


@dataclass(frozen=True, slots=True)
class Lane:
    """A layer: its name, its bounds as short facts, its blocks, and what flows out of it."""

    name: str
    facts: tuple[str, ...]
    blocks: tuple[Block, ...]
    outflow: str
    carried: str


@dataclass(frozen=True, slots=True)
class Figure:
    """An architecture: its name, its totals, its lanes in order, how the answer is chosen."""

    title: str
    facts: tuple[str, ...]
    lanes: tuple[Lane, ...]
    answer: str
    about: str


def make_figure(plan: PlanSpec) -> Figure:
    """Make the figure of a plan."""
    lanes = tuple(_lanes(plan, outline(plan), ""))
    cost = Cost(plan.cost_least_usd, plan.cost_most_usd)
    layers = "1 layer" if len(lanes) == 1 else f"{len(lanes)} layers"
    facts = (layers, *_facts(plan.bounds, cost), f"chain of {plan.bounds.depth}")
    about = f"The architecture {plan.name}: {_told(lanes)}"
    answer = _answer(plan.answer, plan.layers[-1].outflow)
    return Figure(plan.name, facts, lanes, answer, about)


def _lanes(plan: PlanSpec, layers: Sequence[LayerOutline], within: str) -> Iterator[Lane]:
    """Make lanes; *within* is what begins the names of layers that stand in a frame."""
    for layer in layers:
        yield Lane(
            layer.name.removeprefix(within),
            _facts(layer.bounds, layer.cost),
            tuple(
                _frame(plan, part) if isinstance(part, NestedPart) else _box(plan, part)
                for part in layer.parts
            ),
            str(layer.outflow.arity),
            carried(layer.outflow),
        )


def _frame(plan: PlanSpec, part: NestedPart) -> Frame:
    step = part.step
    lanes = tuple(_lanes(plan, part.layers, f"{step.id}."))
    answer = _answer(step.answer, step.layers[-1].outflow)
    about = f"the architecture {step.architecture}: {', '.join(_facts(step.bounds, part.cost))}"
    return Frame(step.architecture, part.count, lanes, answer, about)


_SHOWN = ("keep:", "first:", "all:", "tests:", "extract:")
"""Options that say how many go on, or what is looked at; the others are in `about`."""


def _box(plan: PlanSpec, part: Part) -> Box:
    options = part.options
    samples = part.step.options.get("samples")
    details = [f"{samples} samples"] if isinstance(samples, int) and samples > 1 else []
    details += [each for each in options if each.startswith(_SHOWN)]
    about = [f"{part.technique}({', '.join(options)})"]
    if part.model is not None:
        about.append(f"{part.model}: {describe_model(plan, part.model)}")
    about += _facts(part.step.bounds, None)
    return Box(part.technique, part.model or "", ", ".join(details), part.count, "\n".join(about))


def _facts(bounds: Bounds, cost: Cost | None) -> tuple[str, ...]:
    """Write bounds as a caption does; nothing of a layer that asks no model."""
    calls = count_range(bounds.calls)
    facts = ["1 call" if calls == "1" else f"{calls} calls"]
    if bounds.calls.most == 0:
        return ("no calls",)
    tokens = add_high(bounds.prompt_tokens.most, bounds.completion_tokens.most)
    facts.append("tokens: no limit" if tokens is None else f"≤ {most_count(tokens)} tokens")
    if cost is not None:
        most = most_cost(cost)
        match most:
            case "unknown":
                facts.append("cost unknown")
            case "$0":
                facts.append("free")
            case _ if most == UNBOUNDED:
                facts.append("cost: no limit")
            case _:
                facts.append(f"≤ {most}")
    return tuple(facts)


def _told(lanes: Sequence[Lane]) -> str:
    """Say in words what the lanes hold, for whoever cannot see it."""
    return "; ".join(
        f"{lane.name}: {', '.join(_spoken(block) for block in lane.blocks)}" for lane in lanes
    )


def _spoken(block: Block) -> str:
    if isinstance(block, Frame):
        times = "" if block.count == 1 else f"{block.count} times "
        return f"{times}the architecture {block.title} ({_told(block.lanes)})"
    box = block
    words = [box.technique, *([f"with {box.model}"] if box.model else [])]
    words += [f"({box.detail})"] if box.detail else []
    return " ".join([f"{box.count} times", *words] if box.count > 1 else words)


def _answer(answer: Answer, last: Flow) -> str:
    if last.arity == Arity(1, 1):
        return ANSWER
    match answer.choose:
        case Choose.FIRST:
            return "answer: the first"
        case Choose.RANDOM:
            return "answer: one at random"
        case Choose.ALL:
            return "answer: all"
