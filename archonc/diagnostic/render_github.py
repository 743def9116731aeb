"""From a diagnostic to a workflow command, which GitHub shows beside the line in a review."""

from __future__ import annotations

from collections.abc import Mapping

from archonc.diagnostic.diagnostic import Diagnostic

__all__ = ["render_github", "workflow_command"]


def render_github(diagnostic: Diagnostic) -> str:
    """Write `::error file=…,line=…::message`; labels, notes and helps follow the message.

    The columns are left out if the place reaches over several lines: GitHub shows such
    a range by its lines alone. `endColumn` is the column behind the last character.
    """
    source, span = diagnostic.source, diagnostic.primary.span
    line, column = source.line_column(span.start)
    end_line, end_column = source.line_column(span.end)
    place: dict[str, object] = {"file": source.name}
    if source.text:
        place["line"] = line
        if line == end_line:
            place["col"] = column
        place["endLine"] = end_line
        if line == end_line:
            place["endColumn"] = end_column
    text = [diagnostic.message]
    if diagnostic.primary.text:
        text.append(f"here: {diagnostic.primary.text}")
    for label in diagnostic.secondary:
        owner = label.source or source
        number, _ = owner.line_column(label.span.start)
        text.append(f"{owner.name}:{number}: {label.text}")
    text += [f"note: {each}" for each in diagnostic.notes]
    text += [f"help: {each}" for each in diagnostic.helps]
    return workflow_command(
        diagnostic.severity.value, {**place, "title": diagnostic.code}, "\n".join(text)
    )


def workflow_command(command: str, properties: Mapping[str, object], message: str) -> str:
    """Write a command as GitHub's runner reads it, on one line, whatever the texts hold.

    Source: docs.github.com, "Workflow commands for GitHub Actions".
    """
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{command} {given}::{_data(message)}"


def _data(text: str) -> str:
    # A file's name may hold bytes that are no text; a stream would refuse them.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
