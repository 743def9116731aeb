"""Members of an architecture as documents: layers, budgets, and blocks of them."""

from __future__ import annotations

from typing import assert_never

from archon_runtime.classes import dataclass
from archonc.format.document import Doc, Group, flat_width, group, join
from archonc.format.gaps import Written
from archonc.format.values import ValuePrinter
from archonc.source import Span
from archonc.syntax.nodes import (
    AnswerMember,
    Argument,
    Block,
    BrokenMember,
    BudgetMember,
    Component,
    EitherMember,
    LayerMember,
    Member,
    RepeatMember,
    RequireMember,
)

__all__ = ["MemberPrinter"]


@dataclass(frozen=True, slots=True)
class MemberPrinter:
    """Turns members into documents."""

    written: Written
    values: ValuePrinter

    def block(self, block: Block, *, broken: bool, apart: int = 0) -> Group:
        """Print a block with its braces; *broken* and *apart* are for one without a text."""
        items = [(each.span, self.member(each)) for each in block.members]
        return self.written.group("{}", items, block.span, broken=broken, apart=apart)

    def member(self, member: Member) -> Doc:
        """Print any member."""
        match member:
            case BudgetMember():
                return self._budget(member)
            case LayerMember():
                return self._layer(member)
            case AnswerMember():
                return join("answer: ", self.values.value(member.value))
            case RequireMember():
                return join("require ", self.values.value(member.condition))
            case RepeatMember():
                body = self.block(member.body, broken=len(member.body.members) > 1)
                return join("repeat ", self.values.value(member.count), " ", body)
            case EitherMember():
                return self._either(member)
            case BrokenMember():
                raise ValueError("a program with mistakes in it is not printed")
            case _:
                assert_never(member)

    def _budget(self, budget: BudgetMember) -> Doc:
        return join("budget ", self.values.record(budget.record))

    def _layer(self, layer: LayerMember) -> Doc:
        word = "maybe layer" if layer.maybe else "layer"
        if layer.name is None:
            (component,) = layer.components
            return join(f"{word} ", self.values.call(component.call))
        if not layer.block:
            (component,) = layer.components
            return join(f"{word} {layer.name.text} = ", self.values.call(component.call))
        items = [(each.span, self._budget(each)) for each in layer.budgets]
        items += [(each.span, self._setting(each)) for each in layer.settings]
        items += [(each.span, self._component(each)) for each in layer.components]
        if self.written.text is not None:
            # The AST keeps the kinds apart; their places tell the order.
            items.sort(key=lambda item: item[0])
        place = Span(self.written.opener("{", layer.name.span), layer.span.end)
        body = self.written.group("{}", items, place, broken=len(items) > 1)
        return join(f"{word} {layer.name.text} ", body)

    def _setting(self, setting: Argument) -> Doc:
        name = "" if setting.name is None else setting.name.text
        return join(f"{name}: ", self.values.value(setting.value))

    def _component(self, component: Component) -> Doc:
        call = self.values.call(component.call)
        return call if component.label is None else join(f"{component.label.text}: ", call)

    def _either(self, either: EitherMember) -> Doc:
        """Print branches, all of which are broken or none is, so that they line up."""
        branches = [self.block(branch, broken=True) for branch in either.branches]
        if any(flat_width(branch) is None for branch in branches):
            branches = [
                group(each.brackets, each.entries, each.opened, each.closing, broken=True)
                for each in branches
            ]
        parts: list[Doc] = []
        for number, branch in enumerate(branches):
            parts += (" or " if number else "either ", branch)
        return join(*parts, together=True)
