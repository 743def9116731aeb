"""Lay an architecture's members out in order: repetitions unrolled, each layer named."""

from __future__ import annotations

from typing import TypeVar

from archon_runtime.classes import dataclass, field
from archonc.diagnostic.codes_check import DUPLICATE_NAME, GIVEN_TWICE, MISPLACED_MEMBER
from archonc.diagnostic.diagnostic import Label
from archonc.expand.sites import layer_base
from archonc.resolve.values import ValueReader
from archonc.source import Span
from archonc.syntax.nodes import (
    AnswerMember,
    ArchitectureDecl,
    BrokenMember,
    BudgetMember,
    LayerMember,
    Member,
    Name,
    RepeatMember,
    RequireMember,
)

__all__ = ["MOST_LAYERS", "FlatArchitecture", "PlacedLayer", "flatten"]

MOST_LAYERS = 10_000
"""Most layers of an architecture, repetitions written out."""


@dataclass(frozen=True, slots=True)
class PlacedLayer:
    """A layer where it runs, with a name that no other layer of the architecture has."""

    name: str
    member: LayerMember


@dataclass(frozen=True, slots=True)
class FlatArchitecture:
    """Members by kind. `complete`: nothing was left out (what could not be read is)."""

    layers: tuple[PlacedLayer | BrokenMember, ...]
    budget: BudgetMember | None
    answer: AnswerMember | None
    requires: tuple[RequireMember, ...]
    complete: bool


def flatten(
    declaration: ArchitectureDecl, values: ValueReader, prefix: str = ""
) -> FlatArchitecture:
    """Unroll `repeat` and give each layer a name of its own, with *prefix* before it.

    A layer without a name is called as its technique; the second one of a name is
    `ranker_2`. Members that are no layers stay out of repetitions.
    """
    found = _Found(values)
    found.walk(declaration.body.members, repeated=False)
    _report_duplicates(found.layers, values)
    named = (each.name for each in found.layers if isinstance(each, LayerMember))
    names = _Names({each.text for each in named if each is not None})
    return FlatArchitecture(
        tuple(
            PlacedLayer(prefix + names.give(each), each) if isinstance(each, LayerMember) else each
            for each in found.layers
        ),
        _only(found.budgets, "budget", values),
        _only(found.answers, "answer", values),
        tuple(found.requires),
        found.complete,
    )


@dataclass
class _Found:
    values: ValueReader
    layers: list[LayerMember | BrokenMember] = field(default_factory=list)
    budgets: list[BudgetMember] = field(default_factory=list)
    answers: list[AnswerMember] = field(default_factory=list)
    requires: list[RequireMember] = field(default_factory=list)
    complete: bool = True

    def walk(self, members: tuple[Member, ...], *, repeated: bool) -> None:
        for member in members:
            match member:
                case LayerMember():
                    self.layers.append(member)
                case RepeatMember():
                    self._repeat(member)
                case BudgetMember() | AnswerMember() if repeated:
                    self._misplaced(member)
                case BudgetMember():
                    self.budgets.append(member)
                case AnswerMember():
                    self.answers.append(member)
                case RequireMember():
                    self.requires.append(member)
                case BrokenMember():
                    self.layers.append(member)
                    self.complete = False
                case _:
                    self.complete = False

    def _repeat(self, member: RepeatMember) -> None:
        rounds = self.values.count("repeat", member.count, low=0)
        start = len(self.layers)
        self.walk(member.body.members, repeated=True)
        once = self.layers[start:]
        if rounds is None:
            self.complete = False
        elif once and start + len(once) * rounds > MOST_LAYERS:
            self.complete = False
            most = f"at most {max(0, MOST_LAYERS - start) // len(once)}, "
            most += f"which makes {MOST_LAYERS} layers" + (" in all" if start else "")
            self.values.out_of_range("repeat", member.count.span, f"{rounds}", most)
        else:
            self.layers[start:] = once * rounds

    def _misplaced(self, member: BudgetMember | AnswerMember) -> None:
        word = "budget" if isinstance(member, BudgetMember) else "answer"
        self.values.sink.error(
            MISPLACED_MEMBER,
            f"`{word}` stands in a `repeat`, but belongs to the whole architecture",
            member.span,
            "not here",
            helps=("move it out of the `repeat`",),
        )


@dataclass
class _Names:
    reserved: set[str]
    given: set[str] = field(default_factory=set)
    _last: dict[tuple[str, bool], int] = field(default_factory=dict)

    def give(self, member: LayerMember) -> str:
        explicit = member.name is not None
        base = layer_base(member)
        number = self._last.get((base, explicit), 0) + 1
        name = base if number == 1 else f"{base}_{number}"
        while name in self.given or (name in self.reserved and not (explicit and number == 1)):
            number += 1
            name = f"{base}_{number}"
        # The second layer of a base has no use for looking at the first's names again.
        self._last[base, explicit] = number
        self.given.add(name)
        return name


def _report_duplicates(layers: list[LayerMember | BrokenMember], values: ValueReader) -> None:
    first: dict[str, Name] = {}
    names = (each.name for each in layers if isinstance(each, LayerMember))
    for name in (each for each in names if each is not None):
        before = first.setdefault(name.text, name)
        if before.span != name.span:
            values.sink.error(
                DUPLICATE_NAME,
                f"there are two layers `{name.text}`",
                name.span,
                "named again",
                secondary=(Label(before.span, "first named here"),),
                helps=("give one of them another name",),
            )


MemberT = TypeVar("MemberT", BudgetMember, AnswerMember)


def _only(members: list[MemberT], word: str, values: ValueReader) -> MemberT | None:
    for again in members[1:]:
        report_twice(word, members[0].span, again.span, values)
    return members[0] if members else None


def report_twice(word: str, first: Span, again: Span, values: ValueReader) -> None:
    """Report something that may stand once."""
    values.sink.error(
        GIVEN_TWICE,
        f"`{word}` is given twice",
        again,
        "given again",
        secondary=(Label(first, "first given here"),),
        helps=("take one of them out",),
    )
