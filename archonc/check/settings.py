"""Values that are given from outside, `--set n=16`: for parameters, and for holes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archon_runtime.classes import dataclass, field
from archonc.diagnostic.codes_syntax import SETTING_INVALID
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.diagnostic.suggest import suggest
from archonc.expand import Chooser, Hole, find_sites
from archonc.expand.hole import Numbers
from archonc.format import print_expr
from archonc.resolve.references import ReferenceBinder
from archonc.resolve.symbols import ArchitectureSymbol, Resolved, Symbol
from archonc.source import Source, Span
from archonc.syntax.nodes import Expr, ModelsDecl, Number, without_spans
from archonc.syntax.parse import parse_program
from archonc.syntax.shift import shift

__all__ = ["NO_SETTINGS", "Settings", "read_settings"]

_BEFORE = "archon 1\nmodels value = "


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set for one architecture, the one at `target`.

    `holes` are by the hole's id; an id without `@` stands for the hole in every round
    of a repetition. `references` bind the names in the values.
    """

    target: Span | None = None
    arguments: Mapping[str, Expr] = field(default_factory=dict)
    holes: Mapping[str, Expr] = field(default_factory=dict)
    references: Mapping[Span, Symbol] = field(default_factory=dict)

    def are_for(self, symbol: ArchitectureSymbol) -> bool:
        """Tell whether they are for this architecture."""
        return symbol.span == self.target

    def argument(self, name: str) -> Expr | None:
        """Value that is set for a parameter."""
        return self.arguments.get(name)

    def chooser(self, otherwise: Chooser, sink: DiagnosticSink) -> Chooser:
        """Choose what is set; ask *otherwise* for the rest. What cannot be chosen is reported."""
        if not self.holes:
            return otherwise

        def choose(hole: Hole) -> Expr:
            wanted = self.holes.get(hole.id, self.holes.get(hole.id.partition("@")[0]))
            if wanted is None:
                return otherwise(hole)
            plain = without_spans(wanted)
            # Of many numbers only one is looked at, since this is done at each point.
            choices = hole.choices
            if isinstance(choices, Numbers) and isinstance(plain, Number):
                choices = choices.near(plain)
            for choice in choices:
                if without_spans(choice) == plain:
                    return choice
            _report_choice(hole, wanted, sink)
            return otherwise(hole)

        return choose


NO_SETTINGS = Settings()


def read_settings(
    words: Sequence[str], symbol: ArchitectureSymbol, resolved: Resolved, sink: DiagnosticSink
) -> Settings:
    """Read `NAME=VALUE` for an architecture; what is wrong goes to the sink and is left out."""
    sites = set(find_sites(symbol.declaration).values())
    parameters = {each.name.text: each for each in symbol.declaration.parameters}
    arguments, holes, references = dict[str, Expr](), dict[str, Expr](), dict[Span, Symbol]()
    binder = ReferenceBinder(resolved.names, sink, references, {})
    for word in words:
        base = sink.sources.add(Source("--set", word))
        name, equals, text = word.partition("=")
        name = name.strip()
        place = Span(base, base + len(word))
        if not equals:
            _report(sink, place, f"`{word}` sets nothing", "write `NAME=VALUE`")
            continue
        if name not in parameters and name.partition("@")[0] not in sites:
            _report_name(name, [*parameters, *sites], symbol, place, sink)
            continue
        value = _read_value(text, base + len(word) - len(text))
        if value is None:
            _report(
                sink, place, f"`{text}` is no value", 'write one as in a program: `16`, `"text"`'
            )
        elif name in parameters:
            binder.bind_value(parameters[name], value)
            arguments[name] = value
        else:
            holes[name] = value
    return Settings(symbol.span, arguments, holes, references)


def _read_value(text: str, start: int) -> Expr | None:
    source = Source("--set", _BEFORE + text)
    sink = DiagnosticSink(source)
    match parse_program(source, sink).statements:
        case (ModelsDecl(value=value),) if not sink.diagnostics:
            return shift(value, start - len(_BEFORE))
        case _:
            return None


def _report_name(
    name: str, known: list[str], symbol: ArchitectureSymbol, place: Span, sink: DiagnosticSink
) -> None:
    near = suggest(name, known)
    if near:
        help_line = f"did you mean `{near}`?"
    elif known:
        help_line = "there are " + ", ".join(f"`{each}`" for each in sorted(known))
    else:
        help_line = "it has neither parameters nor holes: leave `--set` out"
    message = f"`{symbol.name}` has no parameter and no hole `{name}`"
    _report(sink, place, message, help_line)


def _report_choice(hole: Hole, wanted: Expr, sink: DiagnosticSink) -> None:
    listed = ", ".join(f"`{print_expr(each)}`" for each in hole.choices[:20])
    more = f" and {len(hole.choices) - 20} more" if len(hole.choices) > 20 else ""
    message = f"`{sink.text(wanted.span)}` is none of the choices for `{hole.id}`"
    _report(sink, wanted.span, message, f"choose one of {listed}{more}")


def _report(sink: DiagnosticSink, place: Span, message: str, help_line: str) -> None:
    sink.error(SETTING_INVALID, message, place, "cannot be set", helps=(help_line,))
