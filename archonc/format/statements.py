"""Statements of a file as documents."""

from __future__ import annotations

from typing import assert_never

from archon_runtime.classes import dataclass
from archonc.format.document import Doc, join
from archonc.format.gaps import Written
from archonc.format.members import MemberPrinter
from archonc.format.values import ValuePrinter
from archonc.source import Span
from archonc.syntax.nodes import (
    ArchitectureDecl,
    BudgetMember,
    Edition,
    ExampleMember,
    ImportDecl,
    ModelDecl,
    ModelsDecl,
    Parameter,
    PromptDecl,
    PromptText,
    ProviderDecl,
    SearchDecl,
    Statement,
)

__all__ = ["StatementPrinter"]


@dataclass(frozen=True, slots=True)
class StatementPrinter:
    """Turns statements into documents."""

    written: Written

    def statement(self, statement: Statement | Edition, *, width: int = 0) -> Doc:
        """Print a statement; what stands before its `=` is padded to *width*."""
        values = self._values
        match statement:
            case Edition():
                return f"archon {statement.number.text}"
            case ImportDecl():
                path = values.text(statement.path)
                return join("import ", path, f" as {statement.alias.text}")
            case ProviderDecl():
                head = f"provider {statement.name.text}"
                return join(head.ljust(width), " = ", values.call(statement.call))
            case ModelDecl():
                head = f"model {statement.name.text}"
                return join(head.ljust(width), " = ", values.call(statement.call))
            case ModelsDecl():
                head = f"models {statement.name.text}"
                return join(head.ljust(width), " = ", values.value(statement.value))
            case PromptDecl():
                return self._prompt(statement)
            case ArchitectureDecl():
                return self._architecture(statement)
            case SearchDecl():
                return self._search(statement)
            case _:
                assert_never(statement)

    @property
    def _values(self) -> ValuePrinter:
        return ValuePrinter(self.written)

    def _prompt(self, prompt: PromptDecl) -> Doc:
        items = [(each.span, self._prompt_member(each)) for each in prompt.members]
        place = Span(self.written.opener("{", prompt.name.span), prompt.span.end)
        body = self.written.group("{}", items, place, broken=True)
        return join(f"prompt {prompt.name.text} ", body)

    def _prompt_member(self, member: PromptText | ExampleMember) -> Doc:
        match member:
            case PromptText():
                return join(f"{member.name.text}: ", self._values.value(member.value))
            case ExampleMember():
                items = [(each.span, self._prompt_member(each)) for each in member.texts]
                opener = self.written.opener("{", Span(member.span.start, member.span.start))
                place = Span(opener, member.span.end)
                return join("example ", self.written.group("{}", items, place, broken=True))
            case _:
                assert_never(member)

    def _architecture(self, architecture: ArchitectureDecl) -> Doc:
        members = architecture.body.members
        # A budget is a head of its own, set off from the layers.
        apart = 1 if members and isinstance(members[0], BudgetMember) else 0
        printer = MemberPrinter(self.written, self._values)
        body = printer.block(architecture.body, broken=True, apart=apart)
        head = f"architecture {architecture.name.text}"
        return join(head, self._parameters(architecture), " ", body)

    def _parameters(self, architecture: ArchitectureDecl) -> Doc:
        items = [(each.span, self._parameter(each)) for each in architecture.parameters]
        place = self._parameters_place(architecture)
        brackets = self.written.group("()", items, place)
        return brackets if items or brackets.flat is None else ""

    def _parameters_place(self, architecture: ArchitectureDecl) -> Span:
        """Find the brackets of the parameters; without any, a place with nothing between."""
        text, start = self.written.text, architecture.name.span.end
        body = architecture.body.span.start
        if text is None or text.find("(", start, body) < 0:
            return Span(start, start + 2)
        return Span(text.index("(", start), text.rindex(")", start, body) + 1)

    def _parameter(self, parameter: Parameter) -> Doc:
        head = f"{parameter.name.text}: {parameter.type.text}"
        if parameter.default is None:
            return head
        return join(f"{head} = ", self._values.value(parameter.default))

    def _search(self, search: SearchDecl) -> Doc:
        items = [(each.span, self._values.field(each)) for each in search.fields]
        place = Span(self.written.opener("{", search.over.span), search.span.end)
        body = self.written.group("{}", items, place, broken=True)
        return join(f"search {search.name.text} over {search.over.text} ", body)
