"""A diagnostic as data: what is wrong, where, why, and what to do. Text comes later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from archon_runtime.classes import dataclass, replace
from archonc.source import Source, SourceMap, Span

__all__ = ["Diagnostic", "DiagnosticSink", "Edit", "Label", "Severity"]

MOST_USES = 3
"""Most places where something is used that a diagnostic shows."""


class Severity(StrEnum):
    """How bad: an error stops compilation, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Label:
    """A phrase at a place. `source` is the text it is in, if not the diagnostic's own."""

    span: Span
    text: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace a span of the source; mechanical, so that a tool may do it."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake. `primary` is the place to edit; `secondary` labels give reasons.

    The message alone must make sense: lower case, no full stop, names in backticks.
    Spans are offsets in `source` (a secondary label's in its own).
    """

    code: str
    severity: Severity
    message: str
    source: Source
    primary: Label
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()


class DiagnosticSink:
    """Collects diagnostics of all passes; nothing is thrown.

    Passes report spans of the whole compilation (`SourceMap`); a diagnostic that is
    kept has the text of its place and offsets in that text.
    """

    def __init__(self, source: Source, sources: SourceMap | None = None) -> None:
        self.source = source
        self.sources = SourceMap(source) if sources is None else sources
        self._found: dict[tuple[str, str, Span], Diagnostic] = {}
        self._hidden: list[Span] = []
        self.error_count = 0

    def error(
        self,
        code: str,
        message: str,
        at: Span,
        label: str = "",
        *,
        severity: Severity = Severity.ERROR,
        secondary: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
        helps: tuple[str, ...] = (),
        edits: tuple[Edit, ...] = (),
    ) -> None:
        """Report a mistake at a span of the compilation; edits lie in the same text."""
        source, place = self.sources.locate(at)
        offset = place.start - at.start
        index = self.sources.index(at)
        self.add(
            Diagnostic(
                code,
                severity,
                message,
                source,
                Label(place, label),
                tuple(self._localised(each, source) for each in secondary),
                notes,
                helps,
                tuple(
                    replace(each, span=each.span.shift(offset))
                    for each in edits
                    if self.sources.index(each.span) == index
                ),
            )
        )

    def warn(
        self,
        code: str,
        message: str,
        at: Span,
        label: str = "",
        *,
        secondary: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
        helps: tuple[str, ...] = (),
        edits: tuple[Edit, ...] = (),
    ) -> None:
        """Report what is allowed, but surely not meant."""
        self.error(
            code,
            message,
            at,
            label,
            severity=Severity.WARNING,
            secondary=secondary,
            notes=notes,
            helps=helps,
            edits=edits,
        )

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a diagnostic; the same code at the same place is kept once."""
        key = (diagnostic.code, diagnostic.source.name, diagnostic.primary.span)
        if key not in self._found:
            self._found[key] = diagnostic
            self.error_count += diagnostic.severity is Severity.ERROR

    def text(self, span: Span) -> str:
        """Text that stands at a span of the compilation."""
        return self.sources.text(span)

    def hide(self, span: Span) -> None:
        """Let no diagnostic show this part of a source: it holds a secret."""
        self._hidden.append(span)

    def fork(self) -> DiagnosticSink:
        """Make an empty sink for the same texts: what it finds may be dropped again."""
        return DiagnosticSink(self.source, self.sources)

    def absorb(self, fork: DiagnosticSink, used: Label | None = None) -> None:
        """Keep what a fork found; *used* says where the code in question is used."""
        for found in fork._found.values():
            if used is None or len(found.secondary) > MOST_USES:
                self.add(found)
            else:
                label = self._localised(used, found.source)
                self.add(replace(found, secondary=(*found.secondary, label)))
        self._hidden += fork._hidden

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All of them, by text, place and code."""
        order = {each.name: number for number, each in enumerate(self.sources.sources)}
        last = len(order)
        found = sorted(
            self._found.values(),
            key=lambda d: (order.get(d.source.name, last), d.primary.span, d.code),
        )
        masks = {id(source): shown for source, shown in self._masked()}
        if not masks:
            return tuple(found)
        return tuple(_masked_in(each, masks) for each in found)

    @property
    def has_errors(self) -> bool:
        """Tell whether an error was reported."""
        return self.error_count > 0

    def _localised(self, label: Label, source: Source) -> Label:
        own, place = self.sources.locate(label.span)
        return Label(place, label.text, None if own is source else own)

    def _masked(self) -> Iterator[tuple[Source, Source]]:
        """Give the texts that hold secrets, each with one that does not."""
        places = [self.sources.locate(span) for span in self._hidden]
        for source in self.sources.sources:
            text = source.text
            for span in (span for owner, span in places if owner is source):
                # As long as what it stands for, so that every place stays where it is.
                stars = "".join(c if c == "\n" else "*" for c in text[span.start : span.end])
                text = text[: span.start] + stars + text[span.end :]
            if text != source.text:
                yield source, Source(source.name, text)


def _masked_in(diagnostic: Diagnostic, masks: Mapping[int, Source]) -> Diagnostic:
    return replace(
        diagnostic,
        source=masks.get(id(diagnostic.source), diagnostic.source),
        secondary=tuple(
            each
            if each.source is None
            else replace(each, source=masks.get(id(each.source), each.source))
            for each in diagnostic.secondary
        ),
    )
