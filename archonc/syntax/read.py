"""From a path to a source. Whatever is wrong with the file is a diagnostic."""

from __future__ import annotations

from pathlib import Path

from archonc.diagnostic.codes_syntax import (
    FILE_EMPTY,
    FILE_IS_FOLDER,
    FILE_MISSING,
    FILE_NOT_UTF8,
    FILE_TOO_LARGE,
    FILE_UNREADABLE,
    LONE_CARRIAGE_RETURN,
)
from archonc.diagnostic.diagnostic import Diagnostic, Label, Severity
from archonc.source import Source, Span

__all__ = ["MAX_BYTES", "decode_source", "read_content", "read_source"]

MAX_BYTES = 5_000_000
"""Largest file that is read; a program of this size is a mistaken path."""


def read_source(path: Path) -> Source | Diagnostic:
    r"""Read a program's file; its name in messages is the path as given.

    A byte-order mark is dropped and Windows line ends become `\n`. Not read: what is
    missing, a folder, refused by the system, larger than 5 MB, blank, not UTF-8, or
    with a carriage return inside a line.
    """
    content = read_content(path)
    return content if isinstance(content, Diagnostic) else decode_source(str(path), content)


def read_content(path: Path) -> bytes | Diagnostic:
    """Read a file's bytes, of a large one no more than shows that it is too large."""
    name = str(path)
    try:
        if path.is_dir():
            helps = (f"name a file in it, such as `{path / 'main.archon'}`",)
            return _failure(name, FILE_IS_FOLDER, f"`{name}` is a folder, not a file", helps)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        helps = (_nearest(path),)
        return _failure(name, FILE_MISSING, f"there is no file `{name}`", helps)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        helps = ("look at the path, and at who may read it",)
        return _failure(name, FILE_UNREADABLE, f"`{name}` cannot be read: {reason}", helps)


def decode_source(name: str, content: bytes) -> Source | Diagnostic:
    """Turn a file's bytes into a source, as `read_source` does."""
    if len(content) > MAX_BYTES:
        message = f"`{name}` is larger than {MAX_BYTES // 1_000_000} MB"
        return _failure(name, FILE_TOO_LARGE, message, ("give the path of a program's text",))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_utf8(name, content, error)
    text = text.replace("\r\n", "\n")
    if not text.strip():
        helps = ("begin with the line `archon 1`",)
        return _failure(name, FILE_EMPTY, f"`{name}` is empty", helps)
    source = Source(name, text)
    at = text.find("\r")
    if at >= 0:
        line, _ = source.line_column(at)
        return Diagnostic(
            LONE_CARRIAGE_RETURN,
            Severity.ERROR,
            f"line {line} holds a carriage return without a line feed after it",
            source,
            Label(Span(at, at + 1)),
            helps=("save the file with line ends of Unix (LF) or Windows (CR LF)",),
        )
    return source


def _not_utf8(name: str, content: bytes, error: UnicodeDecodeError) -> Diagnostic:
    # The codec counts its offset from after the byte-order mark.
    mark = len(content) - len(error.object)
    offset = error.start + mark
    line = content.count(b"\n", 0, offset) + 1
    before = content[mark:offset].decode().replace("\r\n", "\n")
    after = content[offset:].decode(errors="replace").replace("\r\n", "\n")
    return Diagnostic(
        FILE_NOT_UTF8,
        Severity.ERROR,
        f"`{name}` is not UTF-8: byte 0x{content[offset]:02x} at offset {offset}, on line {line}",
        Source(name, before + after),
        Label(Span(len(before), len(before) + 1)),
        helps=("save the file in the encoding UTF-8",),
    )


def _failure(name: str, code: str, message: str, helps: tuple[str, ...]) -> Diagnostic:
    """Report a file without showing a place in it."""
    source = Source(name, "")
    return Diagnostic(code, Severity.ERROR, message, source, Label(Span(0, 0)), helps=helps)


def _nearest(path: Path) -> str:
    """Say how far along the path exists."""
    for parent in path.parents:
        if parent.is_dir():
            return f"look at the path; the folder `{parent}` exists, the rest does not"
    return "look at the path"
