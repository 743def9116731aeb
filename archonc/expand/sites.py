"""Name the holes of an architecture: by where they stand, so that each can be set.

A hole of an option is `LAYER.OPTION`, of the models `LAYER.models`; a `maybe layer` has
the name of its layer; a repetition is `repeat`, a choice of branches `either`; a hole
that is a parameter's default has the parameter's name. The second of a name ends in
`_2`, and so does the second layer of a technique that has no name. Inside a repetition
`@` and the number of the round follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archon_runtime.classes import dataclass, field
from archonc.expand.hole import is_hole
from archonc.source import Span
from archonc.syntax.nodes import (
    ArchitectureDecl,
    Argument,
    Block,
    Call,
    Component,
    EitherMember,
    Expr,
    LayerMember,
    ListExpr,
    RangeExpr,
    Record,
    RepeatMember,
)

__all__ = ["find_sites", "holes_in", "layer_base", "name_layers"]


def find_sites(declaration: ArchitectureDecl) -> Mapping[Span, str]:
    """Find all holes of an architecture: the id of each by its place, in order."""
    sites = _Sites()
    for parameter in declaration.parameters:
        if parameter.default is not None:
            sites.add_value(parameter.default, parameter.name.text)
    sites.walk(declaration.body)
    return sites.found


def holes_in(value: Expr) -> Iterator[Expr]:
    """List the holes in a value, from the outside in."""
    if is_hole(value):
        yield value
        if isinstance(value, RangeExpr):
            return
        # How many a subset has is part of the hole, not a hole of its own.
        if isinstance(value, Call) and value.callee.text == "subset_of":
            for argument in value.arguments[:1]:
                yield from holes_in(argument.value)
            return
    match value:
        case Call(arguments=parts) | Record(fields=parts):
            for part in parts:
                yield from holes_in(part.value)
        case ListExpr(items=items):
            for item in items:
                yield from holes_in(item)
        case _:
            pass


def layer_base(member: LayerMember) -> str:
    """Name a layer as its program does: its own name, or that of its technique."""
    if member.name is not None:
        return member.name.text
    return member.components[0].call.callee.text if member.components else "layer"


def name_layers(declaration: ArchitectureDecl) -> Mapping[Span, str]:
    """Name each layer as it is written, whatever holes and repetitions make of it."""
    sites = _Sites()
    sites.walk(declaration.body)
    return sites.layers


@dataclass
class _Sites:
    found: dict[Span, str] = field(default_factory=dict)
    layers: dict[Span, str] = field(default_factory=dict)
    _count: dict[str, int] = field(default_factory=dict)

    def walk(self, block: Block) -> None:
        for member in block.members:
            match member:
                case LayerMember():
                    name = self.layers[member.span] = self._next(f"layer {layer_base(member)}")[6:]
                    if member.maybe:
                        self.found[member.span] = name
                    for component in member.components:
                        self._component(component, name)
                case RepeatMember():
                    self.add_value(member.count, "repeat")
                    self.walk(member.body)
                case EitherMember():
                    self._add(member.span, "either")
                    for branch in member.branches:
                        self.walk(branch)
                case _:
                    pass

    def add_value(self, value: Expr, base: str) -> None:
        for hole in holes_in(value):
            self._add(hole.span, base)

    def _component(self, component: Component, layer: str) -> None:
        base = layer if component.label is None else f"{layer}.{component.label.text}"
        place = 0
        for argument in component.call.arguments:
            place += argument.name is None
            self.add_value(argument.value, f"{base}.{_option(argument, place)}")

    def _add(self, span: Span, base: str) -> None:
        self.found[span] = self._next(base)

    def _next(self, base: str) -> str:
        number = self._count[base] = self._count.get(base, 0) + 1
        return base if number == 1 else f"{base}_{number}"


def _option(argument: Argument, place: int) -> str:
    if argument.name is not None:
        return argument.name.text
    return "models" if place == 1 else str(place)
