"""Keep what can be kept of a statement with mistakes in it."""

from __future__ import annotations

from collections.abc import Sequence

from archon_runtime.classes import dataclass, replace
from archonc.diagnostic.codes_syntax import UNCLOSED_BRACKET, UNMATCHED_BRACKET
from archonc.diagnostic.diagnostic import Diagnostic
from archonc.source import Source, Span
from archonc.syntax.nodes import (
    ArchitectureDecl,
    Block,
    BrokenMember,
    EitherMember,
    Member,
    RepeatMember,
    Statement,
)

__all__ = ["has_broken", "mend_statement"]


def mend_statement(statement: Statement, found: Sequence[Diagnostic]) -> Statement | None:
    """Leave out what has a mistake: a member of an architecture, or the whole statement.

    None is the whole: also where a brace is the mistake, since nobody knows then what
    stands in which block.
    """
    inside = [each for each in found if statement.span.holds(each.primary.span)]
    if not inside:
        return statement
    if not isinstance(statement, ArchitectureDecl):
        return None
    body = statement.body
    if any(_is_brace(each) or not body.span.holds(each.primary.span) for each in inside):
        return None
    mender = _Mender(inside[0].source)
    return replace(statement, body=mender.block(body, [each.primary.span for each in inside]))


def has_broken(block: Block) -> bool:
    """Tell whether something in a block could not be read."""
    return any(_is_broken(member) for member in block.members)


def _is_broken(member: Member) -> bool:
    match member:
        case BrokenMember():
            return True
        case RepeatMember():
            return has_broken(member.body)
        case EitherMember():
            return any(has_broken(branch) for branch in member.branches)
        case _:
            return False


def _is_brace(found: Diagnostic) -> bool:
    text = found.source.text[found.primary.span.start : found.primary.span.end]
    return found.code in (UNCLOSED_BRACKET, UNMATCHED_BRACKET) and text in ("{", "}")


@dataclass(frozen=True, slots=True)
class _Mender:
    source: Source

    def block(self, block: Block, mistakes: list[Span]) -> Block:
        members: list[Member] = []
        lost = list(mistakes)
        for member in block.members:
            own = [each for each in lost if self._concerns(each, member)]
            lost = [each for each in lost if each not in own]
            members.append(self._member(member, own) if own else member)
        # What is in no member was in one that could not be read at all.
        members += [BrokenMember(each) for each in lost]
        return replace(block, members=tuple(sorted(members, key=lambda member: member.span)))

    def _concerns(self, mistake: Span, member: Member) -> bool:
        """Tell whether a mistake is in a member, or follows it on its line."""
        if member.span.holds(mistake):
            return True
        between = self.source.text[member.span.end : mistake.start]
        return member.span.end <= mistake.start and not set(between) & set(",\n#")

    def _member(self, member: Member, mistakes: list[Span]) -> Member:
        match member:
            case RepeatMember() if all(member.body.span.holds(each) for each in mistakes):
                return replace(member, body=self.block(member.body, mistakes))
            case EitherMember() if all(
                any(branch.span.holds(each) for branch in member.branches) for each in mistakes
            ):
                branches = (
                    self.block(branch, [each for each in mistakes if branch.span.holds(each)])
                    for branch in member.branches
                )
                return replace(member, branches=tuple(branches))
            case _:
                return BrokenMember(member.span)
