"""A diagnostic as data: what is wrong, where, why, and what to do. Text comes later."""

from __future__ import annotations

from enum import StrEnum

from archon_runtime.classes import dataclass, field, replace
from archonc.source import Source, Span

__all__ = ["Diagnostic", "DiagnosticSink", "Edit", "Label", "Severity"]


class Severity(StrEnum):
    """How bad: an error stops compilation, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Label:
    """A phrase at a place."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace a span of the source; mechanical, so that a tool may do it."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake. `primary` is the place to edit; `secondary` labels give reasons.

    The message alone must make sense: lower case, no full stop, names in backticks.
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


@dataclass
class DiagnosticSink:
    """Collects diagnostics of all passes; nothing is thrown."""

    source: Source
    _found: list[Diagnostic] = field(default_factory=list)
    _hidden: list[Span] = field(default_factory=list)

    def error(
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
        """Report an error."""
        self.add(
            Diagnostic(
                code,
                Severity.ERROR,
                message,
                self.source,
                Label(at, label),
                secondary,
                notes,
                helps,
                edits,
            )
        )

    def add(self, diagnostic: Diagnostic) -> None:
        """Report a diagnostic; the same code at the same place is reported once."""
        key = (diagnostic.code, diagnostic.primary.span)
        if all((d.code, d.primary.span) != key for d in self._found):
            self._found.append(diagnostic)

    def hide(self, span: Span) -> None:
        """Let no diagnostic show this part of the source: it holds a secret."""
        self._hidden.append(span)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All of them, by place and code."""
        found = sorted(self._found, key=lambda d: (d.primary.span, d.code))
        if not self._hidden:
            return tuple(found)
        text = self.source.text
        for span in self._hidden:
            # As long as what it stands for, so that every place stays where it is.
            stars = "".join(c if c == "\n" else "*" for c in text[span.start : span.end])
            text = text[: span.start] + stars + text[span.end :]
        shown = Source(self.source.name, text)
        return tuple(replace(diagnostic, source=shown) for diagnostic in found)

    @property
    def error_count(self) -> int:
        """Count the errors that were reported."""
        return sum(d.severity is Severity.ERROR for d in self._found)

    @property
    def has_errors(self) -> bool:
        """Tell whether an error was reported."""
        return self.error_count > 0
