"""From a diagnostic to one line of JSON, for programs that read it."""

from __future__ import annotations

import json

from archonc.diagnostic.codes import CODES
from archonc.diagnostic.diagnostic import Diagnostic, Label
from archonc.source import Source, Span

__all__ = ["render_json", "to_json"]

Json = dict[str, object]


def to_json(diagnostic: Diagnostic) -> Json:
    """Make JSON types of a diagnostic.

    Lines and columns count from 1, offsets from 0; all count code points, and an `end`
    is the place just behind the last one. Line ends count as one, also in a file with
    those of Windows. Edits lie in the diagnostic's own file and belong together.
    """
    source = diagnostic.source
    code = CODES.get(diagnostic.code)
    return {
        "code": diagnostic.code,
        "name": "" if code is None else code.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        **_place(source, diagnostic.primary.span),
        "label": diagnostic.primary.text,
        "labels": [_label(each, source) for each in diagnostic.secondary],
        "notes": list(diagnostic.notes),
        "helps": list(diagnostic.helps),
        "edits": [
            {**_range(source, each.span), "replacement": each.replacement}
            for each in diagnostic.edits
        ],
    }


def render_json(diagnostic: Diagnostic) -> str:
    """Write a diagnostic as one line, in ASCII, without the line break."""
    # A file's name may hold bytes that are no text; ASCII escapes carry them through.
    return json.dumps(to_json(diagnostic))


def _label(label: Label, own: Source) -> Json:
    return {**_place(label.source or own, label.span), "text": label.text}


def _place(source: Source, span: Span) -> Json:
    return {"file": source.name, **_range(source, span)}


def _range(source: Source, span: Span) -> Json:
    return {"start": _point(source, span.start), "end": _point(source, span.end)}


def _point(source: Source, offset: int) -> Json:
    line, column = source.line_column(offset)
    return {"line": line, "column": column, "offset": offset}
