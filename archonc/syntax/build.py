"""From the tree to the AST: statements and the members of an architecture."""

from __future__ import annotations

from archon_runtime.classes import dataclass, replace
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.syntax.build_values import ValueBuilder, report_grouped_digits, span_of, subtrees
from archonc.syntax.nodes import (
    AnswerMember,
    ArchitectureDecl,
    Block,
    BudgetMember,
    Component,
    Edition,
    EitherMember,
    ExampleMember,
    ImportDecl,
    LayerMember,
    Member,
    ModelDecl,
    ModelsDecl,
    Name,
    Parameter,
    PromptDecl,
    PromptText,
    ProviderDecl,
    RepeatMember,
    RequireMember,
    SearchDecl,
    Statement,
)
from archonc.syntax.numbers import read_number
from archonc.syntax.tree import Token, Tree

__all__ = ["build_statement"]


def build_statement(tree: Tree, sink: DiagnosticSink) -> Statement | Edition:
    """Build one statement; mistakes inside its values go to the sink."""
    return _Builder(ValueBuilder(sink)).statement(tree)


@dataclass(frozen=True, slots=True)
class _Builder:
    values: ValueBuilder

    def statement(self, tree: Tree) -> Statement | Edition:
        values, span = self.values, span_of(tree)
        if tree.data == "edition":
            # The grammar gives it a bare token: an edition takes no sign.
            (token,) = tree.children
            assert isinstance(token, Token)
            return Edition(read_number(token.text, span_of(token), values.sink), span)
        first, *rest = subtrees(tree.children)
        match tree.data:
            case "import_decl":
                return ImportDecl(values.text(first), values.name(rest[0]), span)
            case "provider_decl":
                return ProviderDecl(values.name(first), values.call(rest[0]), span)
            case "model_decl":
                return ModelDecl(values.name(first), values.call(rest[0]), span)
            case "models_decl":
                return ModelsDecl(values.name(first), values.value(rest[0]), span)
            case "prompt_decl":
                return PromptDecl(values.name(first), tuple(map(self._prompt, rest)), span)
            case "search_decl":
                over, *fields = rest
                built = tuple(map(values.argument, fields))
                report_grouped_digits(built, values.sink)
                return SearchDecl(values.name(first), values.reference(over), built, span)
            case _:
                return self._architecture(tree)

    def _prompt(self, tree: Tree) -> PromptText | ExampleMember:
        if tree.data == "example":
            texts = tuple(map(self._prompt_text, subtrees(tree.children)))
            return ExampleMember(texts, span_of(tree))
        return self._prompt_text(tree)

    def _prompt_text(self, tree: Tree) -> PromptText:
        name, value = tree.children
        return PromptText(self.values.name(name), self.values.value(value), span_of(tree))

    def _architecture(self, tree: Tree) -> ArchitectureDecl:
        name, *given, body = subtrees(tree.children)
        parameters = tuple(
            self._parameter(each) for group in given for each in subtrees(group.children)
        )
        return ArchitectureDecl(
            self.values.name(name), parameters, self._block(body), span_of(tree)
        )

    def _parameter(self, tree: Tree) -> Parameter:
        name, kind, *default = tree.children
        values = self.values
        return Parameter(
            values.name(name),
            values.name(kind),
            values.value(default[0]) if default else None,
            span_of(tree),
        )

    def _member(self, tree: Tree) -> Member:
        values, span = self.values, span_of(tree)
        children = subtrees(tree.children)
        match tree.data:
            case "budget":
                return self._budget(tree)
            case "answer":
                return AnswerMember(values.value(children[0]), span)
            case "require":
                return RequireMember(values.comparison(children[0]), span)
            case "repeat":
                count, block = children
                return RepeatMember(values.value(count), self._block(block), span)
            case "either":
                return EitherMember(tuple(map(self._block, children)), span)
            case "maybe":
                return replace(self._layer(children[0]), maybe=True, span=span)
            case _:
                return self._layer(tree)

    def _block(self, tree: Tree) -> Block:
        return Block(tuple(map(self._member, subtrees(tree.children))), span_of(tree))

    def _budget(self, tree: Tree) -> BudgetMember:
        (record,) = subtrees(tree.children)
        return BudgetMember(self.values.record(record), span_of(tree))

    def _layer(self, tree: Tree) -> LayerMember:
        children = subtrees(tree.children)
        name: Name | None = None
        if tree.data != "layer_call":
            name = self.values.name(children[0])
            children = children[1:]
        budgets = tuple(self._budget(child) for child in children if child.data == "budget")
        settings = tuple(
            self.values.argument(child) for child in children if child.data == "setting"
        )
        components = tuple(
            self._component(child) for child in children if child.data in ("call", "component")
        )
        block = tree.data == "layer_block"
        return LayerMember(name, components, budgets, settings, block, False, span_of(tree))

    def _component(self, tree: Tree) -> Component:
        """Build a component of a block, or the bare call of a layer in a short form."""
        if tree.data == "call":
            return Component(None, self.values.call(tree), span_of(tree))
        *label, call = subtrees(tree.children)
        name = self.values.name(label[0]) if label else None
        return Component(name, self.values.call(call), span_of(tree))
