"""From a plan to its table: layer by layer what flows, what is asked and what it costs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from archon_runtime.bounds import Bounds, times_high
from archon_runtime.cost import Cost
from archon_runtime.plan import Answer, Choose, PlanSpec, walk_steps
from archonc.report.amounts import cost_range, count_range, most_cost, most_count, plural
from archonc.report.budgets import ATTEMPTS, budget_lines
from archonc.report.models import describe_model
from archonc.report.outline import LayerOutline, NestedPart, Part, carried, outline
from archonc.report.rests_on import rests_on

__all__ = ["WIDTH", "explain"]

WIDTH = 100
_GAP = 2
_HEADS = ("layer", "in → out", "calls", "prompt tokens", "completion tokens", "cost", "chain")


def explain(plan: PlanSpec) -> str:
    """Write the table of a plan, with totals, budgets, models and what the bounds rest on.

    No line is longer than `WIDTH` columns. `chain` is the longest row of calls that
    wait for each other: the critical path.
    """
    layers = outline(plan)
    steps = sum(1 for _ in walk_steps(plan.layers))
    rows = [Row(_HEADS), _RULE, *_rows(layers, ""), _RULE, *_totals(plan)]
    lines = [
        f"architecture {plan.name}: {plural(len(layers), 'layer')}, {plural(steps, 'step')}",
        "",
        *_table(rows),
        "",
    ]
    for label, texts in _sections(plan, layers):
        for number, text in enumerate(texts):
            head = f"{label}:" if number == 0 and label else ""
            lines += _wrap(text, f"{head:<8} ", " " * 11)
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table; `does` is written below its cells."""

    cells: tuple[str, ...]
    does: str = ""
    indent: str = ""


_RULE = Row(())
"""A line between rows."""


def _rows(layers: Sequence[LayerOutline], indent: str) -> Iterator[Row]:
    for layer in layers:
        carries = carried(layer.outflow)
        does = ", ".join(_does(layer.parts))
        yield Row(
            (
                indent + layer.name,
                f"{layer.inflow.arity} → {layer.outflow.arity}",
                *_numbers(layer.bounds, layer.cost),
            ),
            f"{does}; what flows out carries {carries}" if carries else does,
            indent,
        )
        for part in layer.parts:
            if isinstance(part, NestedPart):
                yield from _rows(part.layers, f"{indent}  ")


def _totals(plan: PlanSpec) -> tuple[Row, ...]:
    cost = Cost(plan.cost_least_usd, plan.cost_most_usd)
    retried = Cost(cost.least_usd, None if cost.most_usd is None else cost.most_usd * ATTEMPTS)
    bounds = plan.bounds
    most = [
        most_count(times_high(ATTEMPTS, each.most))
        for each in (bounds.calls, bounds.prompt_tokens, bounds.completion_tokens)
    ]
    ends = f"0 → {plan.layers[-1].outflow.arity}" if plan.layers else ""
    depth = f"{bounds.depth * ATTEMPTS}"
    return (
        Row(("total", ends, *_numbers(bounds, cost))),
        Row(
            ("most", "", *most, most_cost(retried), depth),
            f"if every call is tried {ATTEMPTS} times",
        ),
    )


def _numbers(bounds: Bounds, cost: Cost) -> tuple[str, ...]:
    return (
        count_range(bounds.calls),
        count_range(bounds.prompt_tokens),
        count_range(bounds.completion_tokens),
        cost_range(cost),
        str(bounds.depth),
    )


def _does(parts: Sequence[Part | NestedPart]) -> Iterator[str]:
    """Write the parts of a layer as the language does; models that do the same in one list."""
    for _, same in groupby(parts, key=_alike):
        yield _call(list(same))


def _alike(part: Part | NestedPart) -> object:
    if isinstance(part, NestedPart):
        return part.step.id
    return part.count, part.technique, part.options


def _call(same: Sequence[Part | NestedPart]) -> str:
    first = same[0]
    if isinstance(first, NestedPart):
        call = f"the architecture {first.step.architecture} as {first.step.id}"
    else:
        models = [part.model for part in same if isinstance(part, Part) and part.model]
        given = [f"[{', '.join(models)}]" if len(models) > 1 else model for model in models[:1]]
        call = f"{first.technique}({', '.join([*given, *first.options])})"
    return call if first.count == 1 else f"{first.count} × {call}"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    """Lay rows out in columns, the first to the left; what a row does goes below it.

    A name for which there is no room gets a line of its own.
    """
    widths = [
        max(map(len, column)) for column in zip(*(r.cells for r in rows if r.cells), strict=True)
    ]
    room = WIDTH - sum(widths[1:]) - _GAP * (len(widths) - 1)
    widths[0] = min(widths[0], max(room, len(_HEADS[0])))
    for row in rows:
        if not row.cells:
            yield "─" * (sum(widths) + _GAP * (len(widths) - 1))
            continue
        name = row.cells[0]
        if len(name) > widths[0]:
            yield from _wrap(name, "", "")
            name = ""
        numbers = zip(row.cells[1:], widths[1:], strict=True)
        cells = [f"{cell:>{width}}" for cell, width in numbers]
        yield (" " * _GAP).join([f"{name:<{widths[0]}}", *cells]).rstrip()
        if row.does:
            yield from _wrap(row.does, row.indent + "  ", row.indent + "    ")


def _wrap(text: str, first: str, later: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=later, break_on_hyphens=False
    )


def _sections(
    plan: PlanSpec, layers: Sequence[LayerOutline]
) -> Iterator[tuple[str, Sequence[str]]]:
    yield "answer", [_answer(plan.answer)]
    cost = Cost(plan.cost_least_usd, plan.cost_most_usd)
    if plan.budget is None:
        yield "budget", ["none"]
    else:
        yield "budget", budget_lines(plan.budget, plan.bounds, cost)
    for owner, lines in _inner_budgets(layers):
        yield "", [f"of {owner}: {'; '.join(lines)}"]
    used = sorted({step.model for step in walk_steps(plan.layers) if step.model is not None})
    if used:
        yield "models", [f"{name}: {describe_model(plan, name)}" for name in used]
    yield "bounds", rests_on(plan)


def _inner_budgets(layers: Sequence[LayerOutline]) -> Iterator[tuple[str, Sequence[str]]]:
    for layer in layers:
        if layer.enough:
            yield f"the layer `{layer.name}`", layer.enough
        if layer.budget is not None:
            lines = budget_lines(layer.budget, layer.bounds, layer.cost)
            yield f"the layer `{layer.name}`", lines
        for part in layer.parts:
            if isinstance(part, NestedPart):
                step = part.step
                if step.budget is not None:
                    lines = budget_lines(step.budget, step.bounds, part.cost)
                    yield f"`{step.architecture}` as `{step.id}`", lines
                yield from _inner_budgets(part.layers)


def _answer(answer: Answer) -> str:
    match answer.choose:
        case Choose.FIRST:
            return "the first of what is left"
        case Choose.RANDOM:
            return f"one of what is left, drawn at random (seed {answer.seed})"
        case Choose.ALL:
            return "all that is left"
