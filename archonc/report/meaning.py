"""From a plan to what it means: every name replaced by what it stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archon_runtime.bounds import Bounds
from archon_runtime.cost import Cost
from archon_runtime.flow import Flow
from archon_runtime.plan import (
    Answer,
    BudgetSpec,
    FileSpec,
    LayerSpec,
    NestedSpec,
    PlanSpec,
    StepSpec,
)
from archon_runtime.prompt import Prompt
from archonc.report.models import describe_model, model_settings, title_of_model
from archonc.report.outline import carried, layer_cost, write_option, written_options

__all__ = ["LayerMeaning", "StepMeaning", "meaning"]


_NESTED = "architecture"
"""What a nested architecture has in place of a technique's name."""


@dataclass(frozen=True, slots=True)
class StepMeaning:
    """A step by what it does; `described` is for people and has names."""

    technique: str
    options: Mapping[str, str]
    model: Mapping[str, str]
    model_title: str
    model_described: str
    prompt: str | None
    files: Mapping[str, str]
    described: str
    nested: NestedMeaning | None = None

    @property
    def content(self) -> str:
        """All that it means, as one text."""
        return json.dumps(
            [
                self.technique,
                sorted(self.options.items()),
                sorted(self.model.items()),
                self.prompt,
                sorted(self.files.items()),
                self.nested.content if self.nested else "",
            ]
        )

    @property
    def shape(self) -> object:
        """What it is recognised by: technique and options, of a nested one its layers."""
        inner = [each.shape for each in self.nested.layers] if self.nested else []
        return [self.technique, sorted(self.options.items()), inner]


@dataclass(frozen=True, slots=True)
class NestedMeaning:
    """What is in a step that is an architecture."""

    layers: tuple[LayerMeaning, ...]
    answer: Answer
    budget: BudgetSpec | None

    @property
    def content(self) -> str:
        """All that it means, as one text."""
        layers = [each.content for each in self.layers]
        return json.dumps([layers, str(self.answer), str(self.budget)])


@dataclass(frozen=True, slots=True)
class LayerMeaning:
    """A layer by what it does. `content` has everything but names."""

    name: str
    technique: str
    steps: tuple[StepMeaning, ...]
    flow: Mapping[str, str]
    budget: BudgetSpec | None
    bounds: Bounds
    cost: Cost
    settings: Mapping[str, str]

    @property
    def content(self) -> str:
        """All that it means, as one text."""
        steps = [each.content for each in self.steps]
        spent = [str(self.budget), str(self.bounds), str(self.cost)]
        return json.dumps([steps, self.flow, *spent, self.settings], sort_keys=True)

    @property
    def given_name(self) -> str:
        """The name that the program gives it; empty if it is called after its technique."""
        # A layer of a nested architecture has the step's id before its name.
        name = self.name.rpartition(".")[2]
        by_itself = re.fullmatch(rf"{re.escape(self.technique)}(_\d+)?", name)
        return "" if by_itself else name

    @property
    def shape(self) -> str:
        """What a layer is recognised by, though models, prompts and bounds have changed."""
        return json.dumps([self.given_name, [each.shape for each in self.steps]])

    @property
    def described(self) -> str:
        """What it does, on one line."""
        return ", ".join(dict.fromkeys(each.described for each in self.steps))


def meaning(plan: PlanSpec) -> tuple[LayerMeaning, ...]:
    """List what the layers of a plan mean, in order."""
    return _layers(plan, plan.layers)


def _layers(plan: PlanSpec, layers: Sequence[LayerSpec]) -> tuple[LayerMeaning, ...]:
    found = []
    for layer in layers:
        steps = tuple(_step(plan, step) for step in layer.steps)
        found.append(
            LayerMeaning(
                layer.name,
                steps[0].technique,
                steps,
                _flow(layer.outflow),
                layer.budget,
                layer.bounds,
                layer_cost([layer], plan.models),
                _settings(layer),
            )
        )
    return tuple(found)


def _settings(layer: LayerSpec) -> dict[str, str]:
    given = {"quorum": layer.quorum, "timeout_s": layer.timeout_s}
    return {name: f"{value:g}" for name, value in given.items() if value is not None}


def _flow(flow: Flow) -> dict[str, str]:
    return {"candidates": str(flow.arity), "carried": carried(flow)}


def _step(plan: PlanSpec, step: StepSpec | NestedSpec) -> StepMeaning:
    if isinstance(step, NestedSpec):
        nested = NestedMeaning(_layers(plan, step.layers), step.answer, step.budget)
        described = f"the architecture {step.architecture}"
        return StepMeaning(_NESTED, {}, {}, "", "", None, {}, described, nested)
    model = step.model
    given = [*([model] if model is not None else []), *written_options(step)]
    options = {name: write_option(value) for name, value in step.options.items()}
    files = dict(_files(plan, step))
    return StepMeaning(
        technique=step.technique,
        options={name: value for name, value in options.items() if name not in files},
        model={} if model is None else model_settings(plan, model),
        model_title="" if model is None else title_of_model(plan, model),
        model_described="" if model is None else describe_model(plan, model),
        prompt=None if step.prompt is None else _prompt(plan.prompts[step.prompt]),
        files=files,
        described=f"{step.technique}({', '.join(given)})",
    )


def _files(plan: PlanSpec, step: StepSpec) -> Iterator[tuple[str, str]]:
    """Give the checks of a step with the texts of their files in place of the files' names."""
    for name, value in step.options.items():
        match value:
            case {"file": file, "function": function}:
                yield name, f"# {function}\n{_text(plan.files, str(file))}"
            case {"command": [*words]}:
                named = [str(word) for word in words if word in plan.files]
                texts = [_text(plan.files, word) for word in named]
                if texts:
                    # A command is told the file's name, so that the name means something.
                    yield name, "\n".join([f"# {write_option(value)}", *texts])
            case _:
                pass


def _text(files: Mapping[str, FileSpec], name: str) -> str:
    found = files.get(name)
    return "" if found is None else found.text


def _prompt(prompt: Prompt) -> str:
    """Write a prompt as one text, its parts under headings."""
    parts = [f"system:\n{prompt.system}"] if prompt.system else []
    for user, assistant in prompt.examples:
        parts.append(f"example:\n{user}\n=>\n{assistant}")
    return "\n\n".join([*parts, f"user:\n{prompt.user}"]) + "\n"
