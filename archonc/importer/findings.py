"""Collect what is found in a configuration: one diagnostic for what repeats itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from archonc.diagnostic.diagnostic import Diagnostic, DiagnosticSink, Label, Severity
from archonc.source import Source, Span

__all__ = ["Findings"]

_MOST = 100
"""Most places that a note lists; a reader has stopped long before."""


@dataclass(slots=True)
class _Finding:
    severity: Severity
    label: str
    secondary: Span | None
    reason: str
    notes: tuple[str, ...]
    helps: tuple[str, ...]
    places: list[Span] = field(default_factory=list)


class Findings:
    """Findings with the same code and message are one; a note has the other places.

    A configuration repeats its mistakes: twenty components, each with the same key that
    nothing reads, are one mistake to a reader.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._found: dict[tuple[str, str], _Finding] = {}
        self._hidden: list[Span] = []
        self.has_errors = False

    def hide(self, span: Span) -> None:
        """Let no diagnostic show this part of the configuration: it holds a secret."""
        self._hidden.append(span)

    def error(
        self,
        code: str,
        message: str,
        at: Span,
        label: str = "",
        *,
        secondary: Span | None = None,
        reason: str = "",
        notes: tuple[str, ...] = (),
        helps: tuple[str, ...] = (),
    ) -> None:
        """Report why the configuration can't mean anything."""
        self.has_errors = True
        made = _Finding(Severity.ERROR, label, secondary, reason, notes, helps)
        self._found.setdefault((code, message), made).places.append(at)

    def warn(
        self,
        code: str,
        message: str,
        at: Span,
        label: str = "",
        *,
        secondary: Span | None = None,
        reason: str = "",
        notes: tuple[str, ...] = (),
        helps: tuple[str, ...] = (),
    ) -> None:
        """Report what was ignored, misread or changed; a meaning remains."""
        made = _Finding(Severity.WARNING, label, secondary, reason, notes, helps)
        self._found.setdefault((code, message), made).places.append(at)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings, by the place of their first occurrence."""
        sink = DiagnosticSink(self.source)
        for span in self._hidden:
            sink.hide(span)
        # Of one code a place has one diagnostic: two keys may be missing from one component,
        # and where the lack of one is an error, that is what must be heard.
        errors_first = sorted(
            self._found.items(), key=lambda each: each[1].severity is not Severity.ERROR
        )
        for (code, message), found in errors_first:
            places = sorted(set(found.places))
            secondary = () if found.secondary is None else (Label(found.secondary, found.reason),)
            sink.error(
                code,
                message,
                places[0],
                found.label,
                severity=found.severity,
                secondary=secondary,
                notes=(*found.notes, *self._also(places[1:])),
                helps=found.helps,
            )
        return sink.diagnostics

    def _also(self, places: list[Span]) -> tuple[str, ...]:
        if not places:
            return ()
        shown = ", ".join(
            f"{line}:{column}"
            for line, column in (self.source.line_column(each.start) for each in places[:_MOST])
        )
        more = len(places) - _MOST
        return (f"also at {shown}{f' and {more} more' if more > 0 else ''}",)
