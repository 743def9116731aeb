"""Check that what a plan names is there: models, providers, prompts, files, techniques."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass, field

from archon_runtime.errors import PlanInvalid
from archon_runtime.plan import (
    Choose,
    FileSpec,
    LayerSpec,
    NestedSpec,
    PlanSpec,
    StepSpec,
    model_chain,
    walk_steps,
)
from archon_runtime.providers.kinds import KINDS
from archon_runtime.techniques import TECHNIQUES
from archon_runtime.techniques.base import Check
from archon_runtime.techniques.decode import decode_options

__all__ = ["check_references", "executed_by"]


def check_references(spec: PlanSpec) -> None:
    """Raise `PlanInvalid`, naming the JSON pointer, at the first name that is not there."""
    for name, provider in spec.providers.items():
        _need(provider.kind in KINDS, f"unknown provider kind {provider.kind!r}", "providers", name)
    for name, model in spec.models.items():
        known = model.provider in spec.providers
        _need(known, f"unknown provider {model.provider!r}", "models", name)
        for other in model.fallback:
            _need(other in spec.models, f"unknown fallback {other!r}", "models", name)
    for name, model in spec.models.items():
        back = any(name in model_chain(spec.models, other) for other in model.fallback)
        _need(not back, "it is a fallback of itself", "models", name)
    for name, file in spec.files.items():
        _need(_digest(file) == file.sha256, "the text has another SHA-256", "files", name)
    _check_layers(spec, spec.layers, (), _Names())


def _need(condition: bool, message: str, *pointer: str) -> None:
    if not condition:
        raise PlanInvalid(message, place="#/" + "/".join(pointer))


def _digest(file: FileSpec) -> str:
    return hashlib.sha256(file.text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Names:
    """What layers and steps are called, over the whole plan: none twice."""

    layers: set[str] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)


def _check_layers(
    spec: PlanSpec, layers: tuple[LayerSpec, ...], above: tuple[str, ...], names: _Names
) -> None:
    for number, layer in enumerate(layers):
        place = (*above, "layers", str(number))
        _need(layer.name not in names.layers, f"the layer {layer.name!r} is there twice", *place)
        names.layers.add(layer.name)
        for index, step in enumerate(layer.steps):
            here = (*place, "steps", str(index))
            _need(step.id not in names.steps, f"the id {step.id!r} is used twice", *here)
            names.steps.add(step.id)
            if isinstance(step, NestedSpec):
                _check_nested(step, here)
                _check_layers(spec, step.layers, here, names)
            else:
                _check_step(spec, step, here)


def _check_nested(step: NestedSpec, place: tuple[str, ...]) -> None:
    """Its places are those of its answer: one, or all of its last layer's."""
    made = step.layers[-1].outflow.arity.high if step.answer.choose is Choose.ALL else 1
    _need(step.outflow.arity.high == made, "not as many candidates as answers", *place, "outflow")


def _check_step(spec: PlanSpec, step: StepSpec, place: tuple[str, ...]) -> None:
    technique = TECHNIQUES.get(step.technique)
    if technique is None:
        raise PlanInvalid(f"unknown technique {step.technique!r}", place="#/" + "/".join(place))
    if technique.takes_model:
        known = step.model in spec.models
        _need(known, f"`{step.technique}` needs a model, {step.model!r} is none", *place, "model")
    if step.prompt is not None:
        known = step.prompt in spec.prompts
        _need(known, f"unknown prompt {step.prompt!r}", *place, "prompt")
    _need(step.outflow.arity.high is not None, "no upper bound of candidates", *place, "outflow")
    try:
        options = decode_options(technique, step.options)
    except PlanInvalid as error:
        error.place = "#/" + "/".join((*place, "options"))
        raise
    check = getattr(options, "check", None)
    if isinstance(check, Check) and check.file:
        _need(check.file in spec.files, f"unknown file {check.file!r}", *place, "options")


def executed_by(spec: PlanSpec) -> tuple[str, ...]:
    """Tell in words what each checking step runs."""
    lines = []
    for step in walk_steps(spec.layers):
        options = decode_options(TECHNIQUES[step.technique], step.options)
        check = getattr(options, "check", None)
        if isinstance(check, Check):
            trusted = getattr(options, "trusted", False)
            where = "trusted, without a sandbox" if trusted else "in a sandbox"
            what = shlex.join(check.command) or f"{check.function} of {check.file}"
            lines.append(f"{step.id} runs {what} on each candidate, {where}")
    return tuple(lines)
