"""Bind the models that answer when another one fails: `fallback: [a, b]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archon_runtime.classes import dataclass, field, replace
from archonc.diagnostic.codes_check import FALLBACK_CIRCLE
from archonc.diagnostic.diagnostic import Label
from archonc.resolve.model_lists import bind_name
from archonc.resolve.symbols import ModelSymbol, Symbol
from archonc.resolve.values import ValueReader
from archonc.source import Span
from archonc.syntax.nodes import Expr, ListExpr, ModelDecl, Reference

__all__ = ["MOST_IN_A_ROW", "bind_fallbacks"]

MOST_IN_A_ROW = 16
"""Most models that may stand in for one another in a row."""


def bind_fallbacks(
    declarations: Sequence[ModelDecl],
    names: dict[str, Symbol],
    known: Mapping[str, Symbol],
    values: ValueReader,
    references: dict[Span, Symbol],
) -> None:
    """Give the models in *names* their fallbacks; *known* is what a name may stand for."""
    first: dict[str, ModelDecl] = {}
    for each in declarations:
        first.setdefault(each.name.text, each)
    binder = _Binder(first, names, known, values, references)
    for name in first:
        binder.bind(name, ())


@dataclass(frozen=True, slots=True)
class _Binder:
    """Binds the models of one file, each after those that it falls back on."""

    declarations: Mapping[str, ModelDecl]
    names: dict[str, Symbol]
    known: Mapping[str, Symbol]
    values: ValueReader
    references: dict[Span, Symbol]
    bound: set[str] = field(default_factory=set)

    def bind(self, name: str, above: tuple[str, ...]) -> None:
        """Bind the fallbacks of the model *name*; *above* are those that it stands in for."""
        symbol = self.names.get(name)
        if name in self.bound or not isinstance(symbol, ModelSymbol):
            return
        way = (*above, name)
        found: dict[str, ModelSymbol] = {}
        for reference in self._references(self.declarations[name]):
            target = bind_name(reference, self.known, self.values.sink, (ModelSymbol,), "a model")
            if reference.text in self.declarations and isinstance(target, ModelSymbol):
                if not self._may_follow(reference, way):
                    continue
                self.bind(reference.text, way)
                target = self.names[reference.text]
            self.references[reference.span] = target
            if isinstance(target, ModelSymbol):
                found.setdefault(target.name, target)
        self.bound.add(name)
        if found:
            spec = replace(symbol.spec, fallback=tuple(found))
            self.names[name] = replace(symbol, spec=spec, fallback=tuple(found.values()))

    def _references(self, declaration: ModelDecl) -> Iterator[Reference]:
        for argument in declaration.call.arguments:
            if argument.name is None or argument.name.text != "fallback":
                continue
            value = argument.value
            items: Sequence[Expr] = value.items if isinstance(value, ListExpr) else (value,)
            for item in items:
                if isinstance(item, Reference):
                    yield item
                else:
                    example = "write `fallback: [a, b]`"
                    self.values.wrong_type("fallback", item, "names of models", example)

    def _may_follow(self, reference: Reference, way: tuple[str, ...]) -> bool:
        """Report a fallback that leads back, or one that is too far from the first model."""
        name, sink = reference.text, self.values.sink
        if name in way:
            circle = " → ".join(f"`{each}`" for each in (*way[way.index(name) :], name))
            sink.error(
                FALLBACK_CIRCLE,
                f"`{name}` is a fallback of itself: {circle}",
                reference.span,
                f"leads back to `{name}`",
                secondary=(Label(self.declarations[name].name.span, "declared here"),),
                helps=("take this fallback out",),
            )
        elif len(way) > MOST_IN_A_ROW:
            wanted = f"at most {MOST_IN_A_ROW} models in a row"
            self.values.out_of_range("fallback", reference.span, name, wanted)
        return name not in way and len(way) <= MOST_IN_A_ROW
