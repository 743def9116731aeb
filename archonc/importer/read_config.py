"""From a JSON tree to a configuration: the layers, in the three forms that were published."""

from __future__ import annotations

from collections.abc import Iterator

from archonc.check.flatten import MOST_LAYERS
from archonc.diagnostic.codes_import import (
    CONFIG_EMPTY,
    CONFIG_RANGE,
    IGNORED_KEY,
    NOT_A_CONFIG,
    OLD_LAYER_FORM,
)
from archonc.importer.config import Component, Config, Layer
from archonc.importer.findings import Findings
from archonc.importer.json_tree import (
    JsonArray,
    JsonMember,
    JsonNumber,
    JsonObject,
    JsonText,
    JsonValue,
    describe_json,
)
from archonc.importer.keys import CONFIG_KEYS, misspelt
from archonc.importer.members import find_members, opening
from archonc.importer.read_component import read_component
from archonc.source import Span

__all__ = ["read_config"]

_LAYER_KEYS = frozenset({"models", "branches"})


def read_config(tree: JsonValue, findings: Findings) -> Config | None:
    """Read a whole configuration; None if something in it can't mean anything.

    All components are read, whatever is wrong with the first.
    """
    if not isinstance(tree, JsonObject):
        _no_config("a configuration is an object with `layers`", tree, findings)
        return None
    keys = frozenset(member.key for member in tree.members)
    if "layers" not in {misspelt(key, CONFIG_KEYS, keys) or key for key in keys}:
        findings.error(
            NOT_A_CONFIG,
            "this object has no `layers`, so it is no configuration",
            opening(tree.span),
            "no `layers` in it",
            helps=("give the path of a configuration: an object with a list of `layers`",),
        )
        return None
    members = find_members(tree, CONFIG_KEYS, "configuration", findings)
    layers = members["layers"]
    if not isinstance(layers.value, JsonArray):
        _no_config("`layers` is a list of layers", layers.value, findings)
        return None
    if not layers.value.items:
        _nothing("the configuration has no layer", layers.value.span, findings)
    if len(layers.value.items) > MOST_LAYERS:
        findings.error(
            CONFIG_RANGE,
            f"the configuration has {len(layers.value.items)} layers, "
            f"and an architecture at most {MOST_LAYERS}",
            layers.span,
            "too many",
            helps=(f"use at most {MOST_LAYERS}",),
        )
    read = tuple(
        Layer(number, tuple(_components(value, findings)), opening(value.span))
        for number, value in enumerate(layers.value.items, start=1)
    )
    return None if findings.has_errors else Config(_name(members.get("name")), read)


def _components(layer: JsonValue, findings: Findings) -> Iterator[Component]:
    for value in _component_values(layer, findings):
        if not isinstance(value, JsonObject):
            _no_config("a component is an object", value, findings)
            continue
        component = read_component(value, findings)
        if component is not None:
            yield component


def _component_values(layer: JsonValue, findings: Findings) -> tuple[JsonValue, ...]:
    match layer:
        case JsonArray(items=items):
            if not items:
                _nothing("a layer has no component", layer.span, findings)
            return items
        case JsonObject(members=members) if any(each.key == "models" for each in members):
            return _old_form(layer, findings)
        case JsonObject(members=members) if any(each.key == "type" for each in members):
            findings.warn(
                OLD_LAYER_FORM,
                "a layer is a component without a list around it, which the published runner "
                "failed on",
                opening(layer.span),
                "imported as a layer of one",
                helps=("write `[` and `]` around it",),
            )
            return (layer,)
        case _:
            _no_config("a layer is a list of components", layer, findings)
            return ()


def _old_form(layer: JsonObject, findings: Findings) -> tuple[JsonValue, ...]:
    members = find_members(layer, _LAYER_KEYS, "layer", findings)
    findings.warn(
        OLD_LAYER_FORM,
        "a layer is written in the old form, as an object with `models`",
        opening(layer.span),
        "imported as a list",
        helps=("write the list of `models` itself in its place",),
    )
    branches = members.get("branches")
    if branches is not None and not _is_one(branches.value):
        found = branches.value
        shown = found.written[:30] if isinstance(found, JsonNumber) else describe_json(found)
        findings.warn(
            IGNORED_KEY,
            f"nothing reads `branches` of a layer: it is {shown}, and the layer runs once",
            branches.span,
            "never read",
            helps=("for more candidates raise `samples` of the components",),
        )
    models = members["models"].value
    if not isinstance(models, JsonArray):
        _no_config("`models` of a layer is a list of components", models, findings)
        return ()
    if not models.items:
        _nothing("a layer has no component", models.span, findings)
    return models.items


def _is_one(value: JsonValue) -> bool:
    return isinstance(value, JsonNumber) and value.value == 1


def _name(member: JsonMember | None) -> str:
    # The runner used the name for folders only; what is no text names nothing here either.
    return member.value.value if member and isinstance(member.value, JsonText) else ""


def _nothing(message: str, span: Span, findings: Findings) -> None:
    helps = ("give it at least one: a `generator` comes first",)
    findings.error(CONFIG_EMPTY, message, span, "nothing in it", helps=helps)


def _no_config(rule: str, found: JsonValue, findings: Findings) -> None:
    findings.error(
        NOT_A_CONFIG,
        f"{rule}, found {describe_json(found)}",
        opening(found.span),
        "not that",
        helps=("look whether this file is a configuration, and whether a bracket is missing",),
    )
