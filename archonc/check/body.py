"""Check the layers of one architecture without parameters and holes, and those inside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from archon_runtime.bounds import Bounds
from archon_runtime.classes import replace
from archon_runtime.flow import Flow
from archon_runtime.plan import Answer
from archonc.check.answer import check_left, read_answer
from archonc.check.bounds import sizes_for
from archonc.check.budget import ReadBudget, check_least, check_prices, read_budget
from archonc.check.demand import least_needed, least_of, wanted_of_layers
from archonc.check.flatten import MOST_LAYERS, FlatArchitecture, PlacedLayer, flatten, report_twice
from archonc.check.flow import FlowWalk, NestedFlow, WalkedLayer
from archonc.check.layer_settings import read_settings_of_layer
from archonc.check.nested import Body, answer_flow, fill_nested, make_step
from archonc.check.prices import price_model
from archonc.check.require import check_requires
from archonc.check.scope import MOST_IN_FILE, Scope
from archonc.check.steps import DraftStep, draft_layer
from archonc.check.typed import (
    CheckedLayer,
    CheckedNested,
    CheckedStep,
    leaf_steps,
)
from archonc.check.window import check_window
from archonc.diagnostic.codes_check import EMPTY_ARCHITECTURE, OUT_OF_RANGE
from archonc.diagnostic.diagnostic import Label
from archonc.resolve.symbols import ArchitectureSymbol, Unknown
from archonc.syntax.nodes import ArchitectureDecl, BrokenMember, LayerMember

__all__ = ["Body", "check_body"]


def check_body(
    symbol: ArchitectureSymbol, declaration: ArchitectureDecl, scope: Scope, prefix: str = ""
) -> Body | None:
    """Check *declaration*, which is *symbol*'s with everything filled in.

    Layers are named with *prefix* before them. None: there is nothing to check.
    """
    return _BodyChecker(symbol, scope.in_folder(symbol.folder), prefix).check(declaration)


class _BodyChecker:
    def __init__(self, symbol: ArchitectureSymbol, scope: Scope, prefix: str) -> None:
        self._symbol = symbol
        self._scope = scope
        self._values = scope.values
        self._sink = scope.sink
        self._prefix = prefix
        self._sound = True

    def check(self, declaration: ArchitectureDecl) -> Body | None:
        before = self._sink.error_count
        flat = flatten(declaration, self._values, self._prefix)
        if not self._has_room(len(flat.layers) + len(flat.requires)):
            return None
        if not flat.layers and flat.complete:
            self._report_empty()
            return None
        walk = FlowWalk(self._sink)
        walked = self._walk(flat, walk)
        if walked is None:
            return None
        wanted = wanted_of_layers([layer for layer, _ in walked])
        layers = [
            self._check_layer(layer, nested, enough)
            for (layer, nested), enough in zip(walked, wanted, strict=True)
        ]
        if flat.complete:
            walk.leave()
        bounds = reduce(Bounds.then, (layer.bounds for layer in layers), Bounds())
        budget = self._check_budget(flat, layers, bounds)
        answer = self._check_answer(flat, walk)
        sound = self._sink.error_count == before and flat.complete and self._sound
        if flat.complete:
            check_requires(flat.requires, self._symbol, layers, self._scope, sound=sound)
        return Body(
            layers=tuple(layers),
            answer=answer,
            budget=budget.spec if budget else None,
            limits=budget.spans if budget else {},
            bounds=bounds,
            outflow=answer_flow(answer, walk.inflow),
            makers=walk.makers,
            sound=self._sink.error_count == before and sound,
        )

    def _walk(
        self, flat: FlatArchitecture, walk: FlowWalk
    ) -> list[tuple[WalkedLayer, dict[int, Body]]] | None:
        """Go through the layers in order, each with the architectures among its steps.

        None: they are too many.
        """
        walked = []
        for placed in flat.layers:
            if isinstance(placed, BrokenMember):
                walk.lose()
                continue
            draft = draft_layer(placed.member, placed.name, self._scope)
            if not self._has_room(len(draft.steps) - 1):
                return None
            nested = self._check_nested(placed.name, draft.steps)
            settings = read_settings_of_layer(placed.member, self._values)
            walked.append((walk.enter(placed, draft, _flows(nested), settings), nested))
        return walked

    def _has_room(self, more: int) -> bool:
        """Count layers, and stop where architectures inside one another make too many."""
        tally = self._scope.tally
        had_room = tally.has_room
        tally.layers += more
        if had_room and not tally.has_room:
            most = f"{MOST_LAYERS:,} layers"
            if tally.layers <= MOST_LAYERS:
                most = f"{MOST_IN_FILE:,} layers in all architectures"
            self._sink.error(
                OUT_OF_RANGE,
                f"more than {most}, with what is in them and in their components",
                self._symbol.span,
                "too many of these",
                helps=("use fewer components, or smaller ones",),
            )
        return tally.has_room

    def _report_empty(self) -> None:
        self._sink.error(
            EMPTY_ARCHITECTURE,
            f"the architecture `{self._symbol.name}` is empty",
            self._symbol.span,
            "no layer",
            helps=("begin with `layer generator(MODEL)`",),
        )

    def _check_nested(self, layer: str, steps: Sequence[DraftStep]) -> dict[int, Body]:
        """Check the architectures among the steps of a layer, by the number of the step."""
        found = {}
        for number, step in enumerate(steps, start=1):
            if not isinstance(step.kind, ArchitectureSymbol):
                continue
            # What is too large by itself was reported, and is not gone through once more.
            if self._scope.tally.is_too_large(step.kind.span):
                self._sound = False
                continue
            filled = fill_nested(step.kind, step.call, self._scope)
            own = self._scope.reporting_to(self._sink.fork())
            prefix = f"{step.id_in(layer, number, len(steps))}."
            body = None if filled is None else check_body(step.kind, filled, own, prefix)
            used = Label(step.span, f"in this use of `{step.kind.name}`")
            self._sink.absorb(own.sink, used)
            if body is not None and body.sound:
                found[number] = body
            else:
                self._sound = False
        return found

    def _check_layer(
        self, walked: WalkedLayer, nested: dict[int, Body], wanted: int | None
    ) -> CheckedLayer:
        steps = [
            self._check_step(number, step, walked, nested.get(number))
            for number, step in enumerate(walked.steps, start=1)
        ]
        known = tuple(
            replace(step, bounds=least_of(step.bounds, *least_needed(walked, wanted, number)))
            for number, step in enumerate(steps)
            if step is not None
        )
        self._sound = self._sound and len(known) == len(steps)
        bounds = sum((step.bounds for step in known), Bounds())
        budget = self._layer_budget(walked.placed.member)
        name = walked.placed.name
        layer = CheckedLayer(
            name,
            known,
            walked.outflow,
            bounds,
            budget.spec if budget else None,
            walked.placed.member.span,
            budget.spans if budget else {},
            walked.settings.quorum,
            walked.settings.timeout_s,
        )
        if budget is not None:
            leaves = list(leaf_steps([layer]))
            check_least(budget, leaves, bounds, f"the layer `{name}`", self._values)
            check_prices(budget, leaves, self._values)
        return layer

    def _check_step(
        self, number: int, step: DraftStep, walked: WalkedLayer, body: Body | None
    ) -> CheckedStep | CheckedNested | None:
        outflow: Flow = walked.outflows[number - 1]
        if walked.inflow.arity.high is None or outflow.arity.high is None:
            return None
        step_id = step.id_in(walked.placed.name, number, len(walked.steps))
        if isinstance(step.kind, ArchitectureSymbol):
            return None if body is None else make_step(step_id, step, body, walked.inflow, outflow)
        if step.technique is None or isinstance(step.model, Unknown):
            return None
        check_window(step, walked, self._sink)
        model = step.model
        sizes = sizes_for(step, walked.makers, self._scope.assumed)
        return CheckedStep(
            id=step_id,
            technique=step.technique,
            model=None if model is None else price_model(model, self._scope.price_of),
            prompt=step.prompt,
            span=step.span,
            options=step.options,
            inflow=walked.inflow,
            outflow=outflow,
            bounds=step.technique.bounds(walked.inflow, sizes),
            folder=self._scope.folder,
        )

    def _layer_budget(self, member: LayerMember) -> ReadBudget | None:
        for again in member.budgets[1:]:
            report_twice("budget", member.budgets[0].span, again.span, self._values)
        return read_budget(member.budgets[0], self._values) if member.budgets else None

    def _check_budget(
        self, flat: FlatArchitecture, layers: Sequence[CheckedLayer], bounds: Bounds
    ) -> ReadBudget | None:
        if flat.budget is None:
            return None
        budget = read_budget(flat.budget, self._values)
        steps = list(leaf_steps(layers))
        check_least(budget, steps, bounds, f"`{self._symbol.name}`", self._values)
        check_prices(budget, steps, self._values)
        return budget

    def _check_answer(self, flat: FlatArchitecture, walk: FlowWalk) -> Answer:
        if flat.answer is not None:
            return read_answer(flat.answer, self._values) or Answer()
        last = flat.layers[-1]
        if flat.complete and isinstance(last, PlacedLayer):
            check_left(walk.inflow.arity, last, self._sink)
        return Answer()


def _flows(nested: dict[int, Body]) -> dict[int, NestedFlow]:
    return {number: NestedFlow(body.outflow, body.makers) for number, body in nested.items()}
