"""List the holes of an architecture with what each can be filled with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archonc.expand.hole import Hole, HoleKind, HoleProblem, Numbers, choices_of, flags
from archonc.expand.sites import find_sites, holes_in
from archonc.source import Span
from archonc.syntax.nodes import (
    ArchitectureDecl,
    Block,
    EitherMember,
    Expr,
    LayerMember,
    RepeatMember,
)

__all__ = ["list_holes"]


def list_holes(declaration: ArchitectureDecl) -> tuple[Hole, ...]:
    """List all holes once, in the order of the program, whatever is chosen for others."""
    sites = find_sites(declaration)
    found: list[Hole] = []
    for parameter in declaration.parameters:
        if parameter.default is not None:
            found += _in_value(parameter.default, HoleKind.VALUE, sites)
    found += _in_block(declaration.body, sites)
    return tuple(found)


def _in_block(block: Block, sites: Mapping[Span, str]) -> Iterator[Hole]:
    for member in block.members:
        span = member.span
        match member:
            case LayerMember():
                if member.maybe:
                    yield Hole(sites[span], HoleKind.MAYBE, span, flags(span))
                for component in member.components:
                    yield from _in_value(component.call, HoleKind.VALUE, sites)
            case RepeatMember():
                yield from _in_value(member.count, HoleKind.REPEAT, sites)
                yield from _in_block(member.body, sites)
            case EitherMember():
                numbers = Numbers(1, len(member.branches), "", span)
                yield Hole(sites[span], HoleKind.EITHER, span, numbers)
                for branch in member.branches:
                    yield from _in_block(branch, sites)
            case _:
                pass


def _in_value(value: Expr, kind: HoleKind, sites: Mapping[Span, str]) -> Iterator[Hole]:
    for hole in holes_in(value):
        choices = choices_of(hole)
        if not isinstance(choices, HoleProblem):
            yield Hole(sites[hole.span], kind, hole.span, choices)
