"""The points of a search space: how many there are, all of them, or a telling few."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from archon_runtime.classes import dataclass, field
from archonc.expand.expansion import Chooser, Room, expand
from archonc.expand.hole import MOST_CHOICES, Hole, HoleProblem, choices_of, is_hole
from archonc.source import Span
from archonc.syntax.nodes import (
    ArchitectureDecl,
    Block,
    Call,
    EitherMember,
    Expr,
    LayerMember,
    ListExpr,
    Member,
    Number,
    RangeExpr,
    Record,
    RepeatMember,
)

if TYPE_CHECKING:
    from random import Random

__all__ = [
    "MOST_COUNTED",
    "Choice",
    "Point",
    "Space",
    "count_points",
    "enumerate_points",
    "sample_points",
]

MOST_WORK = MOST_CHOICES
"""So much is done to find points to look at, and the last one."""

MOST_COUNTED = 10**18
"""So many points are counted, and no more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for a hole: the number of the choice, from 0."""

    hole: Hole
    index: int


@dataclass(frozen=True, slots=True)
class Point:
    """An architecture without holes, and the choices that led to it, in order.

    `work` counts what there was to do: choices, and members written out of repetitions.
    """

    declaration: ArchitectureDecl
    choices: tuple[Choice, ...]
    work: int = 0


@dataclass(frozen=True, slots=True)
class Space:
    """An architecture with holes, and the arguments for its parameters.

    `sites` name its holes. `fix` makes a chooser of one that is asked only for holes
    that are not settled already.
    """

    declaration: ArchitectureDecl
    arguments: Mapping[str, Expr]
    sites: Mapping[Span, str]
    fix: Callable[[Chooser], Chooser] = lambda chooser: chooser

    def reach(self, pick: Callable[[Hole], int]) -> Point:
        """Go to the point at which *pick* says the number of each choice."""
        trail: list[Choice] = []

        def choose(hole: Hole) -> Expr:
            index = pick(hole)
            trail.append(Choice(hole, index))
            return hole.choices[index]

        room = Room()
        expanded = expand(self.declaration, self.arguments, self.sites, self.fix(choose), room)
        return Point(expanded, tuple(trail), room.taken + len(trail))


def enumerate_points(space: Space) -> Iterator[Point]:
    """List all points, in the order of their choices: the last hole changes first."""
    start: list[int] = []
    while True:
        point = space.reach(_follow(start))
        yield point
        trail = list(point.choices)
        while trail and trail[-1].index + 1 == len(trail[-1].hole.choices):
            trail.pop()
        if not trail:
            return
        start = [each.index for each in trail[:-1]] + [trail[-1].index + 1]


def _follow(indexes: Sequence[int]) -> Callable[[Hole], int]:
    """Choose what *indexes* say, one after another, and the first choice behind them."""
    left = iter(indexes)
    return lambda _: next(left, 0)


def sample_points(space: Space, limit: int) -> tuple[Point, ...]:
    """Choose at most *limit* points in which each choice of each hole is met, if they suffice.

    All points, if there are no more than *limit*. Else: everything at its first choice,
    everything at its last; then each choice of each hole, the others at their first or
    last; then points at random, always the same ones. Fewer where the points are so
    large that looking at more would take too long.
    """
    if count_points(space.declaration, space.arguments) <= limit:
        return tuple(_enumerate_some(space))
    sampler = _Sampler(space, limit)
    first = sampler.reach({}, last=False)
    last = sampler.reach({}, last=True)
    for at, base in ((False, first), (True, last)):
        for choice in base.choices:
            # A hole may have more choices than points are wanted.
            for index in range(min(limit, len(choice.hole.choices))):
                if not sampler.is_tired:
                    sampler.reach({choice.hole.id: index}, last=at)
    # Most random points are new ones; where few are left, half of these attempts find them.
    from random import Random  # here: only large spaces need it

    chance = Random(0)
    for _ in range(4 * limit):
        if not sampler.is_tired:
            sampler.reach_randomly(chance)
    return tuple(sampler.found.values())


def _enumerate_some(space: Space) -> Iterator[Point]:
    made = 0
    for point in enumerate_points(space):
        yield point
        if (made := made + point.work) > MOST_WORK:
            break


@dataclass
class _Sampler:
    space: Space
    limit: int
    found: dict[tuple[tuple[str, int], ...], Point] = field(default_factory=dict)
    made: int = 0

    @property
    def is_tired(self) -> bool:
        """Tell whether there are enough points, or so much was done for them already."""
        return len(self.found) >= self.limit or self.made > MOST_WORK

    def reach(self, fixed: Mapping[str, int], *, last: bool) -> Point:
        def pick(hole: Hole) -> int:
            return fixed.get(hole.id, len(hole.choices) - 1 if last else 0)

        return self._keep(self.space.reach(pick))

    def reach_randomly(self, chance: Random) -> None:
        self._keep(self.space.reach(lambda hole: chance.randrange(len(hole.choices))))

    def _keep(self, point: Point) -> Point:
        self.made += point.work
        if len(self.found) < self.limit:
            key = tuple((each.hole.id, each.index) for each in point.choices)
            self.found.setdefault(key, point)
        return point


def count_points(declaration: ArchitectureDecl, arguments: Mapping[str, Expr]) -> int:
    """Count the points without listing them, to `MOST_COUNTED`; one if there are no holes."""
    total = _count_block(declaration.body)
    for parameter in declaration.parameters:
        value = arguments.get(parameter.name.text, parameter.default)
        total *= 1 if value is None else _count_value(value)
    return min(total, MOST_COUNTED)


def _count_block(block: Block) -> int:
    total = 1
    for member in block.members:
        total *= _count_member(member)
    return min(total, MOST_COUNTED)


def _count_member(member: Member) -> int:
    match member:
        case LayerMember():
            total = 1
            for component in member.components:
                total *= _count_value(component.call)
            return total + member.maybe
        case RepeatMember():
            once = _count_block(member.body)
            return sum(_power(once, each) for each in _numbers_in(member.count))
        case EitherMember():
            return sum(_count_block(branch) for branch in member.branches)
        case _:
            return 1


def _power(once: int, rounds: int) -> int:
    # Of repetitions in one another the count would have more digits than there is memory for.
    total = 1
    for _ in range(rounds if once > 1 else 0):
        total *= once
        if total >= MOST_COUNTED:
            return MOST_COUNTED
    return total


def _numbers_in(count: Expr) -> list[int]:
    """List how often a repetition can be done; once, where that is not a number."""
    if isinstance(count, Number):
        return [int(count.value)]
    choices = choices_of(count) if is_hole(count) else ()
    if isinstance(choices, HoleProblem) or not choices:
        return [1]
    return [each for choice in choices for each in _numbers_in(choice)]


def _count_value(value: Expr) -> int:
    if is_hole(value):
        choices = choices_of(value)
        if isinstance(choices, HoleProblem):
            return 1
        if isinstance(value, RangeExpr):
            return len(choices)
        return sum(_count_value(each) for each in choices)
    total = 1
    match value:
        case Call(arguments=parts) | Record(fields=parts):
            for part in parts:
                total *= _count_value(part.value)
        case ListExpr(items=items):
            for item in items:
                total *= _count_value(item)
        case _:
            pass
    return total
