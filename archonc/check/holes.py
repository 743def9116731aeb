"""Check the holes of an architecture by themselves: that each can be filled."""

from __future__ import annotations

from archonc.diagnostic.codes_check import INVALID_VALUE
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.expand.hole import HoleProblem, choices_of
from archonc.expand.sites import holes_in
from archonc.syntax.nodes import (
    ArchitectureDecl,
    Block,
    EitherMember,
    Expr,
    LayerMember,
    RepeatMember,
)

__all__ = ["check_holes"]


def check_holes(declaration: ArchitectureDecl, sink: DiagnosticSink) -> None:
    """Report holes that cannot be filled, such as empty ranges."""
    for parameter in declaration.parameters:
        if parameter.default is not None:
            _check_value(parameter.default, sink)
    _check_block(declaration.body, sink)


def _check_block(block: Block, sink: DiagnosticSink) -> None:
    for member in block.members:
        match member:
            case LayerMember():
                for component in member.components:
                    _check_value(component.call, sink)
            case RepeatMember():
                _check_value(member.count, sink)
                _check_block(member.body, sink)
            case EitherMember():
                for branch in member.branches:
                    _check_block(branch, sink)
            case _:
                pass


def _check_value(value: Expr, sink: DiagnosticSink) -> None:
    for hole in holes_in(value):
        problem = choices_of(hole)
        if isinstance(problem, HoleProblem):
            sink.error(
                INVALID_VALUE, problem.message, problem.span, problem.label, helps=(problem.help,)
            )
