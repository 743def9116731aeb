"""From names bound to typed architectures: types, flow, bounds and budgets, all proved.

Every architecture is checked to its end, whatever is wrong with its first layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from archon_runtime.bounds import Bounds
from archon_runtime.flow import Flow
from archon_runtime.plan import Answer
from archonc.check.answer import check_left, read_answer
from archonc.check.bounds import cost_of, sizes_for
from archonc.check.budget import ReadBudget, check_least, check_prices, read_budget
from archonc.check.flatten import FlatArchitecture, flatten, report_twice
from archonc.check.flow import FlowWalk, WalkedLayer
from archonc.check.prices import FindPrice, find_listed_price, price_of_model
from archonc.check.steps import DraftStep, draft_layer
from archonc.check.typed import (
    Assumptions,
    Checked,
    CheckedArchitecture,
    CheckedLayer,
    CheckedStep,
    PricedModel,
    leaf_steps,
)
from archonc.check.window import check_max_tokens, check_window
from archonc.diagnostic.codes_check import EMPTY_ARCHITECTURE
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.resolve.symbols import ArchitectureSymbol, ModelSymbol, Resolved, Unknown
from archonc.resolve.values import ValueReader
from archonc.syntax.nodes import LayerMember

__all__ = ["check"]


def check(
    resolved: Resolved,
    sink: DiagnosticSink,
    *,
    assumed: Assumptions | None = None,
    price_of: FindPrice = find_listed_price,
) -> Checked:
    """Check all architectures of a program; those with an error are left out."""
    for symbol in resolved.names.values():
        if isinstance(symbol, ModelSymbol):
            check_max_tokens(symbol, sink)
    found = []
    for symbol in resolved.architectures:
        parameters = frozenset(each.name.text for each in symbol.declaration.parameters)
        silent = frozenset(n for n, s in resolved.names.items() if isinstance(s, Unknown))
        values = ValueReader(sink, silent | parameters)
        checker = _ArchitectureChecker(resolved, values, assumed or Assumptions(), price_of)
        found.append(checker.check(symbol))
    return Checked(resolved, tuple(each for each in found if each is not None))


class _ArchitectureChecker:
    def __init__(
        self, resolved: Resolved, values: ValueReader, assumed: Assumptions, price_of: FindPrice
    ) -> None:
        self._resolved = resolved
        self._values = values
        self._sink = values.sink
        self._assumed = assumed
        self._price_of = price_of
        self._sound = True

    def check(self, symbol: ArchitectureSymbol) -> CheckedArchitecture | None:
        before = self._sink.error_count
        flat = flatten(symbol.declaration, self._values)
        if not flat.layers and flat.complete:
            self._report_empty(symbol)
            return None
        walk = FlowWalk(self._sink)
        layers = []
        for placed in flat.layers:
            draft = draft_layer(placed.member, placed.name, self._resolved, self._values)
            layers.append(self._check_layer(walk.enter(placed, draft)))
        if flat.complete:
            walk.leave()
        bounds = reduce(Bounds.then, (layer.bounds for layer in layers), Bounds())
        budget = self._check_budget(symbol, flat, layers, bounds)
        answer = self._check_answer(flat, walk)
        if self._sink.error_count > before or not flat.complete or not self._sound:
            return None
        return CheckedArchitecture(
            name=symbol.name,
            layers=tuple(layers),
            answer=answer,
            budget=budget.spec if budget else None,
            bounds=bounds,
            cost=cost_of(leaf_steps(layers)),
            assumed=self._assumed,
            span=symbol.span,
            limits=budget.spans if budget else {},
        )

    def _report_empty(self, symbol: ArchitectureSymbol) -> None:
        self._sink.error(
            EMPTY_ARCHITECTURE,
            f"the architecture `{symbol.name}` is empty",
            symbol.span,
            "no layer",
            helps=("begin with `layer generator(MODEL)`",),
        )

    def _check_layer(self, walked: WalkedLayer) -> CheckedLayer:
        steps = tuple(
            self._check_step(number, step, walked)
            for number, step in enumerate(walked.steps, start=1)
        )
        known = tuple(step for step in steps if step is not None)
        self._sound = self._sound and len(known) == len(steps)
        bounds = sum((step.bounds for step in known), Bounds())
        budget = self._layer_budget(walked.placed.member)
        name = walked.placed.name
        if budget is not None:
            check_least(budget, known, bounds, f"the layer `{name}`", self._values)
            check_prices(budget, known, self._values)
        return CheckedLayer(
            name,
            known,
            walked.outflow,
            bounds,
            budget.spec if budget else None,
            walked.placed.member.span,
            budget.spans if budget else {},
        )

    def _check_step(self, number: int, step: DraftStep, walked: WalkedLayer) -> CheckedStep | None:
        outflow: Flow = walked.outflows[number - 1]
        if step.technique is None or isinstance(step.model, Unknown):
            return None
        if walked.inflow.arity.high is None or outflow.arity.high is None:
            return None
        check_window(step, walked, self._sink)
        label = step.label or (str(number) if len(walked.steps) > 1 else "")
        model = step.model
        return CheckedStep(
            id=f"{walked.placed.name}.{label}" if label else walked.placed.name,
            technique=step.technique,
            model=None
            if model is None
            else PricedModel(model, price_of_model(model, self._price_of)),
            prompt=step.prompt,
            span=step.span,
            options=step.options,
            inflow=walked.inflow,
            outflow=outflow,
            bounds=step.technique.bounds(
                walked.inflow, sizes_for(step, walked.makers, self._assumed)
            ),
        )

    def _layer_budget(self, member: LayerMember) -> ReadBudget | None:
        for again in member.budgets[1:]:
            report_twice("budget", member.budgets[0].span, again.span, self._values)
        return read_budget(member.budgets[0], self._values) if member.budgets else None

    def _check_budget(
        self,
        symbol: ArchitectureSymbol,
        flat: FlatArchitecture,
        layers: Sequence[CheckedLayer],
        bounds: Bounds,
    ) -> ReadBudget | None:
        if flat.budget is None:
            return None
        budget = read_budget(flat.budget, self._values)
        steps = list(leaf_steps(layers))
        check_least(budget, steps, bounds, f"`{symbol.name}`", self._values)
        check_prices(budget, steps, self._values)
        return budget

    def _check_answer(self, flat: FlatArchitecture, walk: FlowWalk) -> Answer:
        if flat.answer is not None:
            return read_answer(flat.answer, self._values) or Answer()
        if flat.complete:
            last = flat.layers[-1]
            check_left(walk.inflow.arity, last, self._sink)
        return Answer()
