"""Live progress of a run on stderr: a table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table

from archon_runtime.event import (
    CallFinished,
    Event,
    LayerFinished,
    LayerProgress,
    LayerStarted,
    Noted,
    RunStarted,
)
from archon_runtime.usage import NOTHING, Usage
from archonc.cli.report import clean, dollars, spent

__all__ = ["Progress", "make_progress"]

_LOUD_NOTES = frozenset({"fallback", "degraded", "overrun", "retry"})


class Progress(Protocol):
    """Takes the events of a run and shows them."""

    def __call__(self, event: Event) -> None:
        """Show an event."""
        ...

    def close(self) -> None:
        """Leave the terminal in order; nothing is shown after it."""
        ...


@contextmanager
def make_progress(stream: TextIO) -> Iterator[Progress]:
    """Choose by the stream; closed at the end in any case."""
    progress: Progress = _Table(stream) if stream.isatty() else _Lines(stream)
    try:
        yield progress
    finally:
        progress.close()


class _Lines:
    """One line when the run starts, one for each layer that ends, one for each loud note."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        for line in _lines(event):
            print(line, file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is open."""


def _lines(event: Event) -> list[str]:
    match event:
        case RunStarted():
            return [_headline(event)]
        case LayerFinished():
            count = "1 candidate" if event.candidates == 1 else f"{event.candidates} candidates"
            return [f"{event.layer}: {count}, {spent(event.spent)}, {event.seconds:.1f} s"]
        case Noted(note=note) if note.kind in _LOUD_NOTES:
            return [f"{note.layer}: {note.kind}: {clean(note.message)}"]
        case _:
            return []


def _headline(event: RunStarted) -> str:
    parts = [f"run {event.run_id}" if event.run_id else "run", f"of {event.plan}"]
    if event.already_spent != NOTHING:
        parts.append(f"(resumed; spent before: {spent(event.already_spent)})")
    if event.cannot_exceed:
        size = event.assumed.get("question_tokens")
        condition = f", if the question has at most {size:,.0f} tokens" if size else ""
        parts.append(f"(cannot exceed its budget{condition})")
    return " ".join(parts)


@dataclass
class _Row:
    """What is known of one layer."""

    candidates: int = 0
    places: int = 0
    usage: Usage = NOTHING
    began: float | None = None
    seconds: float | None = None


class _Table:
    """A table that is redrawn while the run goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream)
        self._rows: dict[str, _Row] = {}
        self._title = ""
        self._live = Live(
            console=self._console, get_renderable=self._draw, refresh_per_second=8, transient=False
        )
        self._live.start()

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._title = _headline(event)
                self._rows = {layer: _Row() for layer in event.layers}
            case LayerStarted():
                self._rows[event.layer].began = time.monotonic()
                self._rows[event.layer].places = event.places
            case LayerProgress():
                self._rows[event.layer].candidates = event.candidates
            case LayerFinished():
                row = self._rows[event.layer]
                row.candidates, row.usage = event.candidates, event.spent
                row.seconds = event.seconds
            case CallFinished():
                self._rows[event.layer].usage += event.usage
            case Noted(note=note):
                if note.kind in _LOUD_NOTES:
                    self._live.console.print(
                        f"{note.layer}: {note.kind}: {clean(note.message)}", markup=False
                    )

    def close(self) -> None:
        """Draw the last state and give the terminal back."""
        self._live.stop()

    def _draw(self) -> Table:
        table = Table(title=self._title, title_justify="left", box=None, pad_edge=False)
        table.add_column("layer")
        for name in ("candidates", "calls", "tokens", "cost", "time"):
            table.add_column(name, justify="right")
        for name, row in self._rows.items():
            table.add_row(name, *_cells(row))
        return table


def _cells(row: _Row) -> tuple[str, ...]:
    if row.began is None:
        return ("", "", "", "", "waits")
    seconds = time.monotonic() - row.began if row.seconds is None else row.seconds
    return (
        str(row.candidates) if row.seconds is not None else f"{row.candidates} of {row.places}",
        f"{row.usage.calls:,}",
        f"{row.usage.tokens:,}",
        dollars(row.usage.cost_usd),
        f"{seconds:.1f} s",
    )
