"""Walk the layers: what flows into each, what flows out, and which rule that breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archon_runtime.classes import dataclass, field, replace
from archon_runtime.flow import NO_FLOW, Arity, Attachment, Flow, FlowProblem, FlowRule
from archonc.check.flatten import PlacedLayer
from archonc.check.layer_settings import LayerSettings, cap_by_quorum
from archonc.check.steps import DraftLayer, DraftStep
from archonc.check.typed import UNKNOWN_FLOW
from archonc.check.unread import Unread
from archonc.diagnostic.codes_check import (
    DISCARDS_CANDIDATES,
    KEEPS_TOO_MANY,
    NO_CANDIDATES,
    NO_TESTS,
)
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit, Label
from archonc.resolve.symbols import ArchitectureSymbol, ModelSymbol, Unknown

__all__ = ["CODE_OF_RULE", "FlowWalk", "Makers", "NestedFlow", "WalkedLayer"]

CODE_OF_RULE: Mapping[FlowRule, str] = {
    FlowRule.NO_CANDIDATES: NO_CANDIDATES,
    FlowRule.KEEPS_TOO_MANY: KEEPS_TOO_MANY,
    FlowRule.DISCARDS_CANDIDATES: DISCARDS_CANDIDATES,
    FlowRule.NO_TESTS: NO_TESTS,
}


@dataclass(frozen=True, slots=True)
class Makers:
    """Which models wrote the candidates that flow, their critiques and the tests, each once."""

    candidates: tuple[ModelSymbol | Unknown, ...] = ()
    critiques: tuple[ModelSymbol | Unknown, ...] = ()
    tests: tuple[ModelSymbol | Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class NestedFlow:
    """What flows out of an architecture as a component, and which models wrote it."""

    outflow: Flow
    makers: Makers


@dataclass(frozen=True, slots=True)
class WalkedLayer:
    """A layer with what flows in and out; `outflows` has one for each step."""

    placed: PlacedLayer
    settings: LayerSettings
    steps: tuple[DraftStep, ...]
    inflow: Flow
    makers: Makers
    outflows: tuple[Flow, ...]
    outflow: Flow
    origin: Label | None


@dataclass
class FlowWalk:
    """The state between two layers."""

    sink: DiagnosticSink
    inflow: Flow = NO_FLOW
    makers: Makers = field(default_factory=Makers)
    origin: Label | None = None
    note: str | None = None
    unread: Unread = field(default_factory=Unread)

    def enter(
        self,
        placed: PlacedLayer,
        draft: DraftLayer,
        nested: Mapping[int, NestedFlow],
        settings: LayerSettings,
    ) -> WalkedLayer:
        """Go through one layer; *nested* has its architectures by the number of the step."""
        steps = draft.steps
        outflows = tuple(
            self._flow_of(step, nested.get(number)) for number, step in enumerate(steps, start=1)
        )
        outflow = _join(outflows) if draft.sound else UNKNOWN_FLOW
        outflow = cap_by_quorum(settings, steps, outflow, self.sink)
        before = self.inflow, self.makers, self.origin
        self.unread.enter(placed, steps, known=outflow.arity.high is not None, sink=self.sink)
        self.makers = self._makers_after(steps, nested)
        if outflow.arity != self.inflow.arity or self.origin is None:
            self._remember_origin(placed, steps, outflows, outflow)
        self.inflow = outflow
        inflow, makers, origin = before
        return WalkedLayer(placed, settings, steps, inflow, makers, outflows, outflow, origin)

    def lose(self) -> None:
        """Go past a layer that could not be read: nothing is known of what flows."""
        unknown = (Unknown(""),)
        self.inflow, self.makers = UNKNOWN_FLOW, Makers(unknown, unknown, unknown)
        self.origin = self.note = None
        self.unread = Unread()

    def leave(self) -> None:
        """Come to the end of the architecture."""
        self.unread.leave(self.sink)

    def _flow_of(self, step: DraftStep, nested: NestedFlow | None) -> Flow:
        if isinstance(step.kind, ArchitectureSymbol):
            out = self._flow_of_nested(step.kind, nested)
        elif step.technique is None:
            return UNKNOWN_FLOW
        else:
            out = step.technique.flow(self.inflow)
        if isinstance(out, Flow):
            return out
        # Of an unknown flow nothing can be proved, so nothing is wrong with it.
        if self.inflow.arity.high is not None:
            self._report(out, step)
        return UNKNOWN_FLOW

    def _flow_of_nested(
        self, symbol: ArchitectureSymbol, nested: NestedFlow | None
    ) -> Flow | FlowProblem:
        if self.inflow.arity.high != 0:
            return FlowProblem(
                FlowRule.DISCARDS_CANDIDATES,
                f"`{symbol.name}` answers afresh and throws away the {self.inflow.arity} "
                "candidates that flow in",
                help="an architecture stands in the first layer, as a generator does",
            )
        return UNKNOWN_FLOW if nested is None else self.inflow.renew(nested.outflow.arity)

    def _report(self, problem: FlowProblem, step: DraftStep) -> None:
        span = step.options.get(problem.option or "", step.span)
        edits: tuple[Edit, ...] = ()
        # A value that came from elsewhere, of a parameter, is not for this step alone.
        own = step.span.holds(span) and problem.option in step.options
        if problem.replacement is not None and own:
            edits = (Edit(span, problem.replacement),)
        # How many candidates flow explains nothing where tests are missing.
        of_arity = problem.rule is not FlowRule.NO_TESTS
        self.sink.error(
            CODE_OF_RULE[problem.rule],
            problem.message,
            span,
            _LABELS[problem.rule],
            secondary=(self.origin,) if self.origin is not None and of_arity else (),
            notes=(self.note,) if self.note is not None and of_arity else (),
            helps=() if problem.help is None else (problem.help,),
            edits=edits,
        )

    def _makers_after(
        self, steps: tuple[DraftStep, ...], nested: Mapping[int, NestedFlow]
    ) -> Makers:
        models = _distinct(step.model for step in steps if step.model is not None)
        inner = [each for flow in nested.values() for each in flow.makers.candidates]
        if any(isinstance(step.kind, ArchitectureSymbol) for step in steps):
            return Makers(_distinct((*models, *inner)), tests=self.makers.tests)
        kinds = [
            step.kind for step in steps if not isinstance(step.kind, Unknown | ArchitectureSymbol)
        ]
        if len(kinds) < len(steps) or not kinds:
            return Makers((Unknown(""),), (Unknown(""),), (Unknown(""),))
        if kinds[0].makes_new:
            return Makers(models, tests=self.makers.tests)
        if Attachment.CRITIQUE in kinds[0].adds:
            return replace(self.makers, critiques=models)
        return replace(self.makers, tests=models) if kinds[0].makes_tests else self.makers

    def _remember_origin(
        self,
        placed: PlacedLayer,
        steps: tuple[DraftStep, ...],
        outflows: tuple[Flow, ...],
        outflow: Flow,
    ) -> None:
        self.note = None
        if outflow.arity.high is None:
            self.origin = None
            return
        one = len({step.span for step in steps}) == 1
        span = steps[0].span if one else placed.member.span
        self.origin = Label(span, _amount(outflow.arity))
        if len(steps) > 1:
            parts = " + ".join(str(flow.arity) for flow in outflows)
            self.note = (
                f"`{placed.name}` makes {outflow.arity} candidates in {len(steps)} steps: {parts}"
            )


_LABELS: Mapping[FlowRule, str] = {
    FlowRule.NO_CANDIDATES: "nothing to work on",
    FlowRule.KEEPS_TOO_MANY: "more than flow in",
    FlowRule.DISCARDS_CANDIDATES: "their work would be lost",
    FlowRule.NO_TESTS: "no tests to read",
}


def _distinct(models: Iterable[ModelSymbol | Unknown]) -> tuple[ModelSymbol | Unknown, ...]:
    """Leave each model once: layers of a thousand components ask the same few."""
    places = {each.span if isinstance(each, ModelSymbol) else each.name: each for each in models}
    return tuple(places.values())


def _join(flows: tuple[Flow, ...]) -> Flow:
    arity, attachments = Arity(0, 0), frozenset[Attachment]()
    for flow in flows:
        arity += flow.arity
        attachments |= flow.attachments
    return Flow(arity, attachments, any(flow.tests for flow in flows))


def _amount(arity: Arity) -> str:
    if arity.high == 0:
        return "this makes no candidates"
    if arity.low == arity.high:
        return f"this makes exactly {arity.low}"
    return f"{arity} come out of this"
