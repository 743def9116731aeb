"""Fill in an architecture: parameters by their values, holes by what is chosen for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from archon_runtime.classes import dataclass, replace
from archonc.expand.hole import (
    MOST_CHOICES,
    Hole,
    HoleKind,
    HoleProblem,
    Numbers,
    choices_of,
    flags,
    is_hole,
)
from archonc.source import Span
from archonc.syntax.nodes import (
    AnswerMember,
    ArchitectureDecl,
    Argument,
    Block,
    BrokenMember,
    BudgetMember,
    Call,
    Comparison,
    Component,
    EitherMember,
    Expr,
    LayerMember,
    ListExpr,
    Member,
    Name,
    Number,
    Operation,
    Record,
    Reference,
    RepeatMember,
    RequireMember,
)

__all__ = ["Chooser", "Room", "expand"]

Chooser = Callable[[Hole], Expr]
"""Chooses one of a hole's choices. It is asked in the order of the program."""


def expand(
    declaration: ArchitectureDecl,
    arguments: Mapping[str, Expr],
    sites: Mapping[Span, str],
    choose: Chooser,
    room: Room | None = None,
) -> ArchitectureDecl:
    """Put *arguments*, or else defaults, for parameters, and what *choose* says for holes.

    A parameter that has neither stays as it is. A repetition whose body has holes
    is written out, since every round chooses for itself; one that would make more members
    than a program may have layers stays, and is reported by who counts those. What was
    filled in keeps the place that it came from, so that messages can point at it.
    """
    room = room or Room()
    outside = _Expander({}, sites, choose, room)
    given = {
        each.name.text: outside.value(value, "")
        for each in declaration.parameters
        if (value := arguments.get(each.name.text, each.default)) is not None
    }
    expander = _Expander(given, sites, choose, room)
    return replace(declaration, parameters=(), body=expander.block(declaration.body, ""))


NodeT = TypeVar("NodeT", Argument, Component)


@dataclass(slots=True)
class Room:
    """How many more members may be written out of repetitions; `taken` are those that were."""

    taken: int = 0

    def take(self, members: int) -> bool:
        """Take room for some, if there is enough."""
        if self.taken + members > 3 * MOST_CHOICES:
            return False
        self.taken += members
        return True


@dataclass(frozen=True, slots=True)
class _Expander:
    arguments: Mapping[str, Expr]
    sites: Mapping[Span, str]
    choose: Chooser
    room: Room

    def block(self, block: Block, rounds: str) -> Block:
        members = [each for member in block.members for each in self._member(member, rounds)]
        return replace(block, members=tuple(members))

    def _member(self, member: Member, rounds: str) -> tuple[Member, ...]:
        match member:
            case LayerMember():
                return self._layer(member, rounds)
            case RepeatMember():
                return self._repeat(member, rounds)
            case EitherMember():
                return self._either(member, rounds)
            case BudgetMember():
                return (self._budget(member, rounds),)
            case AnswerMember():
                return (replace(member, value=self.value(member.value, rounds)),)
            case RequireMember():
                return (replace(member, condition=self.value(member.condition, rounds)),)
            case BrokenMember():
                return (member,)

    def _layer(self, member: LayerMember, rounds: str) -> tuple[LayerMember, ...]:
        if member.maybe:
            chosen = self._ask(HoleKind.MAYBE, member.span, flags(member.span), rounds)
            if chosen == flags(member.span)[1]:
                return ()
        components = tuple(
            replace(each, call=self._call(each.call, rounds)) for each in member.components
        )
        budgets = tuple(self._budget(each, rounds) for each in member.budgets)
        return (replace(member, components=components, budgets=budgets, maybe=False),)

    def _repeat(self, member: RepeatMember, rounds: str) -> tuple[Member, ...]:
        count = self.value(member.count, rounds, HoleKind.REPEAT)
        body = member.body.span
        holes = any(body.holds(span) for span in self.sites)
        if not (
            holes and isinstance(count, Number) and 0 <= count.value <= MOST_CHOICES
        ) or not self.room.take(int(count.value) * _size(member.body)):
            return (replace(member, count=count, body=self.block(member.body, rounds)),)
        prefix = f"{rounds}." if rounds else ""
        unrolled: list[Member] = []
        for number in range(1, int(count.value) + 1):
            unrolled += self.block(member.body, f"{prefix}{number}").members
        return tuple(unrolled)

    def _either(self, member: EitherMember, rounds: str) -> tuple[Member, ...]:
        numbers = Numbers(1, len(member.branches), "", member.span)
        chosen = self._ask(HoleKind.EITHER, member.span, numbers, rounds)
        assert isinstance(chosen, Number)
        return self.block(member.branches[int(chosen.value) - 1], rounds).members

    def _budget(self, member: BudgetMember, rounds: str) -> BudgetMember:
        fields = tuple(self._argument(each, rounds) for each in member.record.fields)
        return replace(member, record=replace(member.record, fields=fields))

    def _argument(self, argument: Argument, rounds: str) -> Argument:
        return replace(argument, value=self.value(argument.value, rounds))

    def _call(self, call: Call, rounds: str) -> Call:
        return replace(call, arguments=tuple(self._argument(a, rounds) for a in call.arguments))

    def value(self, value: Expr, rounds: str, kind: HoleKind = HoleKind.VALUE) -> Expr:
        if is_hole(value) and value.span in self.sites:
            choices = choices_of(value)
            if isinstance(choices, HoleProblem):
                # Reported elsewhere: a name that nobody knows, and nobody misses.
                return Reference((Name("", value.span),), value.span)
            return self.value(self._ask(kind, value.span, choices, rounds), rounds)
        match value:
            case Reference(parts=(name,)) if name.text in self.arguments:
                return self.arguments[name.text]
            case Call():
                return self._call(value, rounds)
            case ListExpr():
                return replace(value, items=tuple(self.value(i, rounds) for i in value.items))
            case Record():
                fields = tuple(self._argument(each, rounds) for each in value.fields)
                return replace(value, fields=fields)
            case Operation() | Comparison():
                left, right = (self.value(side, rounds) for side in (value.left, value.right))
                return replace(value, left=left, right=right)
            case _:
                return value

    def _ask(self, kind: HoleKind, span: Span, choices: Sequence[Expr], rounds: str) -> Expr:
        site = self.sites.get(span, "")
        return self.choose(Hole(f"{site}@{rounds}" if rounds else site, kind, span, choices))


def _size(block: Block) -> int:
    """Count a block and all members in it, those of inner blocks too."""
    size = 1
    for member in block.members:
        match member:
            case RepeatMember():
                size += _size(member.body)
            case EitherMember():
                size += sum(map(_size, member.branches))
            case _:
                size += 1
    return size
