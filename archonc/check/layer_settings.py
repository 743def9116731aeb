"""Read what a layer's block says of the layer itself: `quorum: 6`, `timeout: 20s`."""

from __future__ import annotations

from archon_runtime.classes import dataclass, replace
from archon_runtime.flow import Arity, Flow
from archonc.check.steps import DraftStep
from archonc.diagnostic.codes_check import OUT_OF_RANGE
from archonc.diagnostic.diagnostic import DiagnosticSink, Label
from archonc.resolve.arguments import match_arguments
from archonc.resolve.symbols import ArchitectureSymbol, Unknown
from archonc.resolve.values import ValueReader
from archonc.source import Span
from archonc.syntax.nodes import LayerMember

__all__ = ["LayerSettings", "cap_by_quorum", "read_settings_of_layer"]

SETTINGS = ("quorum", "timeout")


@dataclass(frozen=True, slots=True)
class LayerSettings:
    """How many candidates are enough, and for how long a layer waits. None: not given."""

    quorum: int | None = None
    timeout_s: float | None = None
    quorum_span: Span | None = None


def read_settings_of_layer(member: LayerMember, values: ValueReader) -> LayerSettings:
    """Read the settings of a layer; a wrong one is left out, after it was reported."""
    matched = match_arguments(member.settings, SETTINGS, values.sink, owner="a layer")
    quorum = matched.get("quorum")
    timeout = matched.get("timeout")
    return LayerSettings(
        None if quorum is None else values.count("quorum", quorum.value, low=1),
        None if timeout is None else values.duration("timeout", timeout.value),
        None if quorum is None else quorum.value.span,
    )


def cap_by_quorum(
    settings: LayerSettings, steps: tuple[DraftStep, ...], outflow: Flow, sink: DiagnosticSink
) -> Flow:
    """Let as few flow out as are enough; report a quorum that a layer can't reach."""
    quorum, span, most = settings.quorum, settings.quorum_span, outflow.arity.high
    if quorum is None or span is None or most is None:
        return outflow
    kind = steps[0].kind
    if not isinstance(kind, Unknown | ArchitectureSymbol) and kind.makes_tests:
        sink.error(
            OUT_OF_RANGE,
            "`quorum` counts candidates that a layer makes, and a layer of unit tests makes none",
            span,
            "nothing to count",
            secondary=(Label(steps[0].span, "this writes unit tests"),),
            helps=("take `quorum` out; to limit its time write `timeout`",),
        )
        return outflow
    if quorum > most:
        sink.error(
            OUT_OF_RANGE,
            f"`quorum` is {quorum}, and the layer makes at most {most}",
            span,
            f"more than {most}",
            secondary=(Label(steps[0].span, "made here"),) if len(steps) == 1 else (),
            helps=(f"write `quorum: {most}` or less, or let the layer make more",),
        )
        return outflow
    return replace(outflow, arity=Arity(min(outflow.arity.low, quorum), most))
