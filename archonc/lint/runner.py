"""Run the rules on a checked program; report what holds everywhere and is not allowed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from archonc.check.bounds import cost_of
from archonc.check.typed import (
    Checked,
    CheckedArchitecture,
    CheckedNested,
    leaf_steps,
)
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.lint.allow import read_allows
from archonc.lint.idle import report_idle
from archonc.lint.registry import ARCHITECTURE_RULES, OFF, PROGRAM_RULES
from archonc.lint.report import Finding, Report
from archonc.source import Source, Span
from archonc.syntax.nodes import ArchitectureDecl, Program

__all__ = ["lint"]

Owns = Callable[[Span], bool]


def lint(checked: Checked, sink: DiagnosticSink, enabled: Collection[str] = ()) -> None:
    """Report what a program without errors surely does not mean, as warnings.

    *enabled* are codes of rules that are off unless asked for. What is wrong in an
    imported file is reported when that file is checked.
    """
    rules = {code for code, _ in (*ARCHITECTURE_RULES, *PROGRAM_RULES)}
    active = rules - OFF | set(enabled)
    allows = read_allows(sink.source)
    allowed = {(each.line, each.code) for each in allows}
    used: set[tuple[int, str]] = set()
    for found in _find(checked, active, lambda span: sink.sources.index(span) == 0):
        if sink.sources.index(found.at) != 0:
            continue
        places = set() if not allowed else _where(found, checked.resolved.program, sink.source)
        if allowed.isdisjoint(places):
            _warn(found, sink)
        used |= places
    idle = [each for each in allows if (each.line, each.code) not in used]
    if idle:
        report_idle(idle, checked, active, sink)


def _where(found: Finding, program: Program, source: Source) -> set[tuple[int, str]]:
    """List the lines on which a comment is about a lint, with its code.

    Its label stands there, or what it is about, a component or a declaration, begins or
    ends there: the formatter may break that over lines, the comment behind its last.
    """
    spans = {found.at, found.anchor}
    spans |= {
        each.span
        for each in program.statements
        if not isinstance(each, ArchitectureDecl) and each.span.holds(found.at)
    }
    ends = {offset for span in spans for offset in (span.start, span.end)}
    return {(source.line_column(offset)[0], found.code) for offset in ends}


def _warn(found: Finding, sink: DiagnosticSink) -> None:
    sink.warn(
        found.code,
        found.message,
        found.at,
        found.label,
        secondary=found.secondary,
        notes=found.notes,
        helps=found.helps,
        edits=found.edits,
    )


class _Body(NamedTuple):
    """An architecture's text as it runs somewhere; `space` is that of which it is a point."""

    architecture: CheckedArchitecture
    space: str | None


Key = tuple[str, Span]


def _find(checked: Checked, active: Collection[str], owns: Owns) -> Iterator[Finding]:
    """Find what holds wherever its place is run.

    The same text runs several times if it is a component of several others, or belongs to
    several points of a space: what is wrong in one of these runs alone is not the text's.
    """
    for code, check_program in PROGRAM_RULES:
        if code in active:
            report = Report(code, owns)
            check_program(checked.resolved.program, report)
            yield from report.found
    bodies = tuple(_bodies(checked))
    runs = [_run(each.architecture, active, owns) for each in bodies]
    places = [_places(each.architecture) for each in bodies]
    reported: set[Key] = set()
    for body, run in zip(bodies, runs, strict=True):
        for key, found in run.items():
            if key in reported:
                continue
            reported.add(key)
            others = zip(runs, places, strict=True)
            if all(key in other or key[1] not in there for other, there in others):
                yield found if body.space is None else _of_space(found, body.space)


def _bodies(checked: Checked) -> Iterator[_Body]:
    # A component runs as its arguments say. Without parameters it runs as it does by itself,
    # and of an imported file nothing is told here: neither is looked at once more.
    varied = frozenset(
        each.name for each in checked.resolved.architectures if each.declaration.parameters
    )
    for architecture in checked.architectures:
        for each in (architecture, *_nested_in(architecture, varied)):
            yield _Body(each, None)
    for space in checked.spaces:
        for point in space.points:
            for each in (point, *_nested_in(point, varied)):
                yield _Body(each, space.name)


def _nested_in(
    architecture: CheckedArchitecture, varied: Collection[str]
) -> Iterator[CheckedArchitecture]:
    for layer in architecture.layers:
        for step in layer.steps:
            if isinstance(step, CheckedNested) and step.architecture in varied:
                inner = CheckedArchitecture(
                    name=step.architecture,
                    layers=step.layers,
                    answer=step.answer,
                    budget=step.budget,
                    bounds=step.bounds,
                    cost=cost_of(leaf_steps(step.layers)),
                    assumed=architecture.assumed,
                    span=step.span,
                    limits=step.limits,
                )
                yield inner
                yield from _nested_in(inner, varied)


def _run(
    architecture: CheckedArchitecture, active: Collection[str], owns: Owns
) -> dict[Key, Finding]:
    run: dict[Key, Finding] = {}
    for code, check in ARCHITECTURE_RULES:
        if code in active:
            report = Report(code, owns)
            check(architecture, report)
            for found in report.found:
                run.setdefault((code, found.anchor), found)
    return run


def _places(architecture: CheckedArchitecture) -> frozenset[Span]:
    """List the places of an architecture's text that this run of it goes through."""
    found = set(architecture.limits.values())
    for layer in architecture.layers:
        found.add(layer.span)
        found.update(layer.limits.values())
        found.update(step.span for step in layer.steps)
    return frozenset(found)


def _of_space(found: Finding, space: str) -> Finding:
    note = f"so it is at each point of `{space}` that was looked at; numbers are those of one"
    return found._replace(notes=(*found.notes, note))
