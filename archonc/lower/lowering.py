"""From a typed architecture to its plan: names that are used, values as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping

from archon_runtime.classes import dataclass, replace
from archon_runtime.plan import (
    FileSpec,
    LayerSpec,
    ModelSpec,
    NestedSpec,
    PlanSpec,
    ProviderSpec,
    StepSpec,
)
from archon_runtime.prompt import Prompt
from archon_runtime.techniques.decode import encode_options
from archonc.check.typed import (
    CheckedArchitecture,
    CheckedLayer,
    CheckedNested,
    CheckedStep,
    PricedModel,
    leaf_steps,
)
from archonc.lower.files import FileReader, place_checks
from archonc.source import Source

__all__ = ["lower"]


def lower(
    architecture: CheckedArchitecture,
    source: Source,
    files: Mapping[str, FileSpec],
    read: FileReader,
) -> PlanSpec:
    """Make the plan; it holds only what this architecture uses.

    *read* is asked which arguments of a command are files.
    """
    steps = list(leaf_steps(architecture.layers))
    prompts = _Prompts(steps)
    lowering = _Lowering(prompts, read)
    assumed = architecture.assumed
    return PlanSpec(
        name=architecture.name,
        source_sha256=source.sha256,
        providers=_providers(steps),
        models=_models(steps),
        prompts=prompts.used,
        files=dict(files),
        layers=lowering.layers(architecture.layers),
        answer=architecture.answer,
        budget=architecture.budget,
        bounds=architecture.bounds,
        cost_least_usd=architecture.cost.least_usd,
        cost_most_usd=architecture.cost.most_usd,
        assumed={
            "question_tokens": assumed.question_tokens,
            "retokenise": assumed.retokenise,
        },
    )


def _providers(steps: list[CheckedStep]) -> dict[str, ProviderSpec]:
    used = [each.symbol.provider for each in _asked(steps)]
    return {provider.name: provider.spec for provider in used}


def _models(steps: list[CheckedStep]) -> dict[str, ModelSpec]:
    # The price goes in, so that the run counts with the same one as the bounds.
    used = _asked(steps)
    return {model.symbol.name: replace(model.symbol.spec, price=model.price) for model in used}


def _asked(steps: list[CheckedStep]) -> list[PricedModel]:
    """List the models that the steps ask, or may ask instead."""
    return [each for step in steps if step.model is not None for each in step.model.chain]


class _Prompts:
    """The prompts of a plan: the user's by their names, defaults by their technique's."""

    def __init__(self, steps: list[CheckedStep]) -> None:
        self.used: dict[str, Prompt] = {}
        for step in steps:
            if step.prompt is not None:
                self.used[step.prompt.name] = step.prompt.prompt
        self._taken = frozenset(self.used)
        for step in steps:
            default = step.technique.default_prompt
            if step.prompt is None and default is not None:
                self.used[self._default_name(step)] = default

    def name_for(self, step: CheckedStep) -> str | None:
        """Name the prompt of a step; None if its technique has none."""
        if step.prompt is not None:
            return step.prompt.name
        return None if step.technique.default_prompt is None else self._default_name(step)

    def _default_name(self, step: CheckedStep) -> str:
        # No name of the user's has a dot.
        name = step.technique.name
        return f"{name}.default" if name in self._taken else name


@dataclass(frozen=True, slots=True)
class _Lowering:
    prompts: _Prompts
    read: FileReader

    def layers(self, layers: tuple[CheckedLayer, ...]) -> tuple[LayerSpec, ...]:
        # Loops, for their few frames: architectures may stand inside one another 100 deep.
        lowered: list[LayerSpec] = []
        for layer in layers:
            steps: list[StepSpec | NestedSpec] = []
            for step in layer.steps:
                if isinstance(step, CheckedNested):
                    steps.append(self._nested(step))
                else:
                    steps.append(self._step(step))
            made = tuple(steps)
            lowered.append(
                LayerSpec(
                    layer.name,
                    made,
                    layer.outflow,
                    layer.bounds,
                    layer.budget,
                    layer.quorum,
                    layer.timeout_s,
                )
            )
        return tuple(lowered)

    def _nested(self, step: CheckedNested) -> NestedSpec:
        return NestedSpec(
            id=step.id,
            architecture=step.architecture,
            layers=self.layers(step.layers),
            answer=step.answer,
            budget=step.budget,
            inflow=step.inflow,
            outflow=step.outflow,
            bounds=step.bounds,
        )

    def _step(self, step: CheckedStep) -> StepSpec:
        return StepSpec(
            id=step.id,
            technique=step.technique.name,
            model=None if step.model is None else step.model.symbol.name,
            options=encode_options(place_checks(step, self.read)),
            prompt=self.prompts.name_for(step),
            inflow=step.inflow,
            outflow=step.outflow,
            bounds=step.bounds,
        )
