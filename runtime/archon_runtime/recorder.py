"""Collects what a run notes, and tells whoever listens."""

from __future__ import annotations

from collections.abc import Callable

from archon_runtime.event import Event, Noted
from archon_runtime.trace import Note

__all__ = ["Recorder"]


class Recorder:
    """One run's notes, in order, and its listener."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        self._on_event = on_event
        self._notes: list[Note] = []
        self.unknown_calls = 0

    @property
    def is_heard(self) -> bool:
        """Tell whether somebody listens: else an event need not be made."""
        return self._on_event is not None

    def emit(self, event: Event) -> None:
        """Tell the listener, if there is one."""
        if self._on_event is not None:
            self._on_event(event)

    def note(self, note: Note) -> None:
        """Write in the trace."""
        self._notes.append(note)
        self.emit(Noted(note))

    def notes_of(self, layer: str) -> tuple[Note, ...]:
        """List a layer's notes."""
        return tuple(note for note in self._notes if note.layer == layer)

    @property
    def degraded(self) -> tuple[str, ...]:
        """What was left out, in sentences, each once."""
        return tuple(dict.fromkeys(n.message for n in self._notes if n.kind == "degraded"))
