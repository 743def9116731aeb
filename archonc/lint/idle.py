"""L013: a comment that allows what no rule finds there, or names no rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from archonc.check.typed import Checked
from archonc.diagnostic.codes import CODES
from archonc.diagnostic.codes_lint import IDLE_ALLOW
from archonc.diagnostic.diagnostic import DiagnosticSink, Edit
from archonc.diagnostic.suggest import suggest
from archonc.lint.allow import RULE_NAMES, Allow
from archonc.source import Span
from archonc.syntax.nodes import ArchitectureDecl

__all__ = ["report_idle"]


def report_idle(
    allows: Iterable[Allow], checked: Checked, active: Collection[str], sink: DiagnosticSink
) -> None:
    """Report comments that silenced nothing, if their rules looked at their place at all."""
    unseen = _unseen(checked)
    for allow in allows:
        if allow.code is None:
            _report_unknown(allow, sink)
        elif allow.code in active and not any(span.holds(allow.span) for span in unseen):
            _report_unused(allow, sink)


def _unseen(checked: Checked) -> list[Span]:
    """List the architectures that no rule looked at: those that need values to be checked."""
    seen = {each.span for each in checked.architectures}
    seen |= {each.span for each in checked.spaces}
    return [
        each.span
        for each in checked.resolved.program.statements
        if isinstance(each, ArchitectureDecl) and each.name.span not in seen
    ]


def _report_unknown(allow: Allow, sink: DiagnosticSink) -> None:
    near = None
    if allow.word in CODES or allow.word in RULE_NAMES:
        message = f"`{allow.word}` cannot be allowed: mend what it is about"
    elif allow.word:
        message = f"there is no lint `{allow.word}`"
        near = suggest(allow.word, RULE_NAMES)
    else:
        message = "`allow:` names no lint"
    example = "give the code or the name of a lint: `# allow: L004`"
    sink.warn(
        IDLE_ALLOW,
        message,
        allow.span,
        "silences nothing",
        helps=(f"did you mean `{near}`?" if near else example,),
        edits=(Edit(allow.span, near),) if near else (),
    )


def _report_unused(allow: Allow, sink: DiagnosticSink) -> None:
    sink.warn(
        IDLE_ALLOW,
        f"there is nothing to allow: no lint `{allow.word}` is found on line {allow.line}",
        allow.span,
        "silences nothing",
        helps=("take it out; it belongs at the end of the line, or on a line of its own above",),
        edits=() if allow.whole is None else (Edit(allow.whole, ""),),
    )
