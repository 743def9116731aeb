"""From a walked configuration to the text of a program, in a plain layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from archonc.diagnostic.diagnostic import Diagnostic
from archonc.importer.config import Component, ComponentType, ModelUse
from archonc.importer.flow import FlowLayer, Walked
from archonc.importer.names import architecture_name, free_name, model_names

__all__ = ["write_program"]

_WIDTH = 100


def write_program(name: str, file_name: str, walked: Walked, found: Sequence[Diagnostic]) -> str:
    """Write the program: where it comes from, what was changed, its models, its layers.

    *name* is the configuration's own, *file_name* that of its file, without folders.
    """
    stem = file_name.removesuffix(".json")
    taken: set[str] = set()
    architecture = free_name(architecture_name(name, stem), taken)
    components = [each for layer in walked.layers for each in layer.layer.components]
    models = model_names(dict.fromkeys(each.model for each in components), taken)
    writer = _Writer(models, taken, walked.layers)
    blocks = [
        _header(file_name, found),
        "archon 1",
        *_models(models, taken),
        *writer.list_declarations(),
        "\n".join(
            [
                f"architecture {architecture} {{",
                *(f"  {line}" for line in writer.layers()),
                *(["  answer: first"] if walked.left.high and walked.left.high > 1 else []),
                "}",
            ]
        ),
    ]
    return "\n\n".join(blocks).replace("\n\narchon 1", "\narchon 1") + "\n"


def _header(file_name: str, found: Sequence[Diagnostic]) -> str:
    lines = [f"# Imported from {_comment(file_name)}."]
    if found:
        lines.append("#")
        lines.append("# What the published runner ignored or did otherwise, and what was changed:")
    for each in found:
        line, _ = each.source.line_column(each.primary.span.start)
        more = " and others" if any(note.startswith("also at ") for note in each.notes) else ""
        lines.append(f"# - line {line}{more}: {_comment(each.message)} ({each.code})")
    return "\n".join(lines)


def _comment(text: str) -> str:
    """Keep what a comment can hold: one line of characters that are seen."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _models(models: Mapping[ModelUse, str], taken: set[str]) -> Iterator[str]:
    servers: dict[str, str] = {}
    for model in models:
        if model.address is not None and model.address not in servers:
            servers[model.address] = free_name("server", taken)
    for address, server in servers.items():
        yield f"provider {server} = tgi(base_url: {_text(address)})"
    lines = []
    for model, name in models.items():
        settings = [_text(model.name)]
        if model.temperature is not None:
            settings.append(f"temperature: {model.temperature:f}")
        if model.max_tokens is not None:
            settings.append(f"max_tokens: {model.max_tokens}")
        provider = model.provider if model.address is None else servers[model.address]
        lines.append(f"model {name} = {provider}({', '.join(settings)})")
    yield "\n".join(lines)


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(frozen=True, slots=True)
class _Call:
    """A technique with the models that share its options."""

    technique: str
    models: tuple[str, ...]
    options: str


class _Writer:
    """Writes layers; a list of models that stands in several components gets a name."""

    def __init__(
        self, models: Mapping[ModelUse, str], taken: set[str], layers: Iterable[FlowLayer]
    ) -> None:
        self._models = models
        self._calls = [tuple(self._calls_of(layer)) for layer in layers]
        counts: dict[tuple[str, ...], int] = {}
        for call in (each for calls in self._calls for each in calls):
            if len(call.models) > 1:
                counts[call.models] = counts.get(call.models, 0) + 1
        self._lists = {
            models: free_name("ensemble", taken)
            for models, count in counts.items()
            if count > 1 or len(_list(models)) > _WIDTH // 2
        }

    def list_declarations(self) -> Iterator[str]:
        """Declare the lists."""
        if self._lists:
            yield "\n".join(_declaration(name, models) for models, name in self._lists.items())

    def layers(self) -> Iterator[str]:
        """Write the layers; equal ones in a row are repeated."""
        used: set[str] = set()
        for calls, group in groupby(self._calls):
            count = len(list(group))
            lines = self._layer(calls, used)
            if count == 1:
                yield from lines
            elif len(lines) == 1:
                yield f"repeat {count} {{ {lines[0]} }}"
            else:
                yield from (f"repeat {count} {{", *(f"  {line}" for line in lines), "}")

    def _layer(self, calls: tuple[_Call, ...], used: set[str]) -> list[str]:
        if len(calls) == 1:
            return [f"layer {self._call(calls[0])}"]
        name = free_name(f"{calls[0].technique}s", used)
        return [f"layer {name} {{", *(f"  {self._call(call)}" for call in calls), "}"]

    def _call(self, call: _Call) -> str:
        listed = self._lists.get(call.models)
        models = call.models[0] if len(call.models) == 1 else listed or _list(call.models)
        return f"{call.technique}({models}{call.options})"

    def _calls_of(self, layer: FlowLayer) -> Iterator[_Call]:
        """Join neighbours that differ in their model only: the order of candidates stays."""
        written = [
            (each, "".join(f", {option}" for option in _options(each, layer)))
            for each in layer.layer.components
        ]
        for options, group in groupby(written, key=lambda pair: pair[1]):
            models = tuple(self._models[each.model] for each, _ in group)
            yield _Call(str(layer.layer.type), models, options)


def _list(models: Sequence[str]) -> str:
    return f"[{', '.join(models)}]"


def _declaration(name: str, models: Sequence[str]) -> str:
    line = f"models {name} = {_list(models)}"
    if len(line) <= _WIDTH:
        return line
    return "\n".join([f"models {name} = [", *(f"  {each}" for each in models), "]"])


def _options(component: Component, layer: FlowLayer) -> Iterator[str]:
    high = layer.inflow.high or 0
    match component.type:
        case ComponentType.GENERATOR | ComponentType.FUSER:
            if component.samples > 1:
                yield f"samples: {component.samples}"
            if layer.show_tests:
                yield "show_tests: true"
            if component.length_control:
                yield "length_control: true"
            if component.type is ComponentType.FUSER and component.use_critiques is False:
                yield "use_critiques: false"
        case ComponentType.RANKER:
            yield from _keep(component.keep, high)
            if component.use_critiques is False:
                yield "use_critiques: false"
        case ComponentType.VERIFIER:
            if component.first is not None:
                yield f"first: {min(component.first, high)}"
        case ComponentType.UNIT_TEST_GENERATOR:
            if component.tests is not None:
                yield f"tests: {component.tests}"
        case ComponentType.UNIT_TEST_EVALUATOR:
            if component.first is not None:
                yield f"first: {min(component.first, high)}"
            else:
                yield from _keep(component.keep, high)
        case ComponentType.CRITIC:
            pass


def _keep(keep: int | None, high: int) -> Iterator[str]:
    if keep is not None:
        yield f"keep: {keep}" if keep <= high else f"keep: up_to({keep})"
