"""Choose which architecture of a program is meant, and say so where none can be."""

from __future__ import annotations

from collections.abc import Iterable

from archonc.check.settings import Settings
from archonc.diagnostic.codes_check import HOLES_LEFT, NO_ARCHITECTURE, SEVERAL_ARCHITECTURES
from archonc.diagnostic.diagnostic import DiagnosticSink, Label
from archonc.diagnostic.suggest import suggest
from archonc.expand import find_sites
from archonc.resolve.recursion import calls_in
from archonc.resolve.symbols import ArchitectureSymbol, Resolved
from archonc.source import Span

__all__ = ["choose_architecture", "report_holes"]


def choose_architecture(
    resolved: Resolved, name: str | None, sink: DiagnosticSink
) -> ArchitectureSymbol | None:
    """Find the architecture of that name; without one, the only one.

    The only one is also the one that is no component of another in the file.
    """
    declared = {each.name: each for each in reversed(resolved.architectures)}
    candidates = list(reversed(declared.values()))
    if name is None and len(candidates) > 1:
        used = _components(resolved)
        candidates = [each for each in candidates if each.span not in used]
        if len(candidates) != 1:
            _report_several(resolved.architectures, sink)
            return None
    wanted = candidates[0].name if name is None and candidates else name
    if wanted in declared:
        return declared[wanted]
    broken = resolved.program.broken
    if not (broken if wanted is None else wanted in broken):
        _report_missing(wanted, list(declared), resolved, sink)
    return None


def _components(resolved: Resolved) -> set[Span]:
    calls = (call for each in resolved.architectures for call in calls_in(each.declaration.body))
    callees = (resolved.callees.get(call.callee.span) for call in calls)
    return {each.span for each in callees if isinstance(each, ArchitectureSymbol)}


def _report_several(declared: tuple[ArchitectureSymbol, ...], sink: DiagnosticSink) -> None:
    listed = ", ".join(f"`{each.name}`" for each in declared)
    sink.error(
        SEVERAL_ARCHITECTURES,
        f"the file has {len(declared)} architectures, and none was chosen: {listed}",
        declared[1].span,
        "a second one",
        secondary=(Label(declared[0].span, "the first"),),
        helps=(f"choose one: `--architecture {declared[0].name}`",),
    )


def _report_missing(
    wanted: str | None, names: list[str], resolved: Resolved, sink: DiagnosticSink
) -> None:
    near = None if wanted is None else suggest(wanted, names)
    if near:
        help_line = f"did you mean `{near}`?"
    elif names:
        help_line = "there are " + ", ".join(f"`{name}`" for name in names)
    else:
        help_line = "write `architecture NAME { layer generator(MODEL) }`"
    message = "the file has no architecture" + ("" if wanted is None else f" `{wanted}`")
    program = resolved.program
    written = (*([program.edition] if program.edition else []), *program.statements)
    end = max((each.span.end for each in written), default=0)
    sink.error(NO_ARCHITECTURE, message, Span(end, end), "nothing to compile", helps=(help_line,))


def report_holes(symbol: ArchitectureSymbol, settings: Settings, sink: DiagnosticSink) -> None:
    """Report what is still open in an architecture that is to be compiled."""
    missing = [
        each.name.text
        for each in symbol.declaration.parameters
        if each.default is None and each.name.text not in settings.arguments
    ]
    sites = find_sites(symbol.declaration)
    open_sites = {
        s: i for s, i in sites.items() if i not in {**settings.holes, **settings.arguments}
    }
    places = [each.name.span for each in symbol.declaration.parameters if each.name.text in missing]
    places += list(open_sites)
    names = list(dict.fromkeys([*missing, *open_sites.values()]))
    if not places:
        return
    one = names[0]
    listed = _listed(names)
    sink.error(
        HOLES_LEFT,
        f"`{symbol.name}` leaves open {listed}",
        places[0],
        "nothing is chosen here",
        secondary=(Label(symbol.span, "to be compiled"),),
        helps=(f"choose: `--set {one}=VALUE`" + (", and so on" if len(names) > 1 else ""),),
    )


def _listed(names: Iterable[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    more = f" and {len(quoted) - 6} more" if len(quoted) > 6 else ""
    return ", ".join(quoted[:6]) + more
