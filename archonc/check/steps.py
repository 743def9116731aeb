"""From a layer to its steps: one component with one model each; flow comes later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archon_runtime.classes import dataclass
from archon_runtime.techniques.base import Technique
from archonc.check.models import split_models
from archonc.check.options import match_options, read_technique
from archonc.check.placeholders import check_prompt
from archonc.check.scope import Scope
from archonc.diagnostic.codes_check import (
    DUPLICATE_NAME,
    EMPTY_ARCHITECTURE,
    MIXED_TECHNIQUES,
    SEVERAL_STEPS,
)
from archonc.diagnostic.diagnostic import Label
from archonc.resolve.symbols import (
    ArchitectureSymbol,
    Callee,
    ModelSymbol,
    PromptSymbol,
    Resolved,
    Unknown,
)
from archonc.resolve.values import ValueReader
from archonc.source import Span
from archonc.syntax.nodes import Argument, Call, Component, LayerMember, Reference

__all__ = ["DraftLayer", "DraftStep", "draft_layer"]


@dataclass(frozen=True, slots=True)
class DraftStep:
    """A step before flow is known. What is None or Unknown was reported (or needs none).

    An architecture as a component has its `call` and neither technique nor model.
    """

    label: str | None
    kind: Callee
    technique: Technique[Any] | None
    model: ModelSymbol | Unknown | None
    prompt: PromptSymbol | None
    span: Span
    options: Mapping[str, Span]
    call: Call

    def id_in(self, layer: str, number: int, count: int) -> str:
        """Name the step: by its layer, and by its label or number if it is one of several."""
        label = self.label or (str(number) if count > 1 else "")
        return f"{layer}.{label}" if label else layer


@dataclass(frozen=True, slots=True)
class DraftLayer:
    """The steps of a layer. `sound`: they can stand side by side."""

    steps: tuple[DraftStep, ...]
    sound: bool


def draft_layer(member: LayerMember, name: str, scope: Scope) -> DraftLayer:
    """Read the components of a layer and check that they can stand side by side."""
    if not member.components:
        message = f"the layer `{name}` is empty"
        helps = ("put a component into it, such as `generator(…)`, or take it out",)
        scope.sink.error(EMPTY_ARCHITECTURE, message, member.span, "no component", helps=helps)
        return DraftLayer((), sound=False)
    _check_labels(member.components, scope.values)
    steps = tuple(step for each in member.components for step in _steps_of(each, scope))
    broken = _report_mixed(member.components, scope) or _report_several(steps, scope.values)
    return DraftLayer(steps, sound=not broken)


def _steps_of(component: Component, scope: Scope) -> list[DraftStep]:
    call, values = component.call, scope.values
    kind = scope.resolved.callees[call.callee.span]
    label = component.label.text if component.label else None
    if isinstance(kind, Unknown | ArchitectureSymbol):
        return [DraftStep(label, kind, None, None, None, call.span, {}, call)]
    models, rest = split_models(kind, call, scope)
    matched = match_options(kind, rest, values)
    technique = read_technique(kind, call, matched, values)
    prompt = _read_prompt(kind, matched, scope.resolved, values)
    options = {key: argument.value.span for key, argument in matched.items()}
    several = len(models) > 1 and label is not None
    return [
        DraftStep(
            f"{label}.{number}" if several else label,
            kind,
            technique,
            model,
            prompt,
            call.span,
            options,
            call,
        )
        for number, model in enumerate(models, start=1)
    ]


def _read_prompt(
    kind: type[Technique[Any]],
    matched: Mapping[str, Argument],
    resolved: Resolved,
    values: ValueReader,
) -> PromptSymbol | None:
    if kind.default_prompt is None or "prompt" not in matched:
        return None
    value = matched["prompt"].value
    if not isinstance(value, Reference):
        help_line = 'declare it first: `prompt NAME { user: "{{query}}" }`, then give its name'
        values.wrong_type("prompt", value, "the name of a prompt", help_line)
        return None
    symbol = resolved.references.get(value.span)
    if not isinstance(symbol, PromptSymbol):
        return None
    check_prompt(symbol, kind, value.span, values)
    return symbol


def _check_labels(components: tuple[Component, ...], values: ValueReader) -> None:
    first: dict[str, Span] = {}
    for label in (each.label for each in components if each.label is not None):
        if label.text in first:
            values.sink.error(
                DUPLICATE_NAME,
                f"there are two components `{label.text}` in this layer",
                label.span,
                "named again",
                secondary=(Label(first[label.text], "first named here"),),
                helps=("give one of them another label",),
            )
        first.setdefault(label.text, label.span)


def _report_mixed(components: tuple[Component, ...], scope: Scope) -> bool:
    first = components[0]
    for component in components[1:]:
        kinds = [scope.resolved.callees[each.call.callee.span] for each in (first, component)]
        if any(isinstance(kind, Unknown) for kind in kinds):
            continue
        # To a layer an architecture is a generator: it answers the question afresh.
        one, other = (
            "generator" if isinstance(kind, ArchitectureSymbol) else kind.name
            for kind in kinds
            if not isinstance(kind, Unknown)
        )
        if one == other:
            continue
        one, other = first.call.callee.text, component.call.callee.text
        scope.sink.error(
            MIXED_TECHNIQUES,
            f"this layer mixes `{one}` and `{other}`",
            component.call.span,
            f"a `{other}`",
            secondary=(Label(first.call.span, f"a `{one}`"),),
            helps=(f"give the `{other}` a layer of its own",),
        )
        return True
    return False


def _report_several(steps: tuple[DraftStep, ...], values: ValueReader) -> bool:
    kind = steps[0].kind
    if len(steps) < 2 or isinstance(kind, Unknown | ArchitectureSymbol) or kind.makes_new:
        return False
    again = steps[1].span
    help_line = (
        "give it one model"
        if again == steps[0].span
        else f"put each `{kind.name}` into a layer of its own"
    )
    values.sink.error(
        SEVERAL_STEPS,
        f"a layer holds one `{kind.name}`, this one holds {len(steps)}",
        again,
        "one too many",
        secondary=(Label(steps[0].span, "the first"),) if again != steps[0].span else (),
        helps=(help_line,),
    )
    return True
