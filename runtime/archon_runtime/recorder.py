"""Collects what a run notes, and tells whoever listens."""

from __future__ import annotations

from collections.abc import Callable

from archon_runtime.call_log import CallLog
from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.event import CallFinished, Event, Noted
from archon_runtime.journal import CallState
from archon_runtime.trace import Note

__all__ = ["Recorder"]


class Recorder:
    """One run's notes, in order, its listener and its log."""

    def __init__(
        self, on_event: Callable[[Event], None] | None, log: CallLog | None = None
    ) -> None:
        self._on_event = on_event
        self._log = log
        self._notes: list[Note] = []
        self.unknown_calls = 0
        self.cached_calls = 0

    @property
    def is_heard(self) -> bool:
        """Tell whether somebody listens: else an event need not be made."""
        return self._on_event is not None

    def hears(self, state: CallState) -> bool:
        """Tell whether somebody listens to, or logs, a call that ends like that."""
        return self.is_heard or (self._log is not None and self._log.takes(state))

    def emit(self, event: Event) -> None:
        """Tell the listener, if there is one."""
        if self._on_event is not None:
            self._on_event(event)

    def call_ended(
        self,
        event: CallFinished,
        request: ChatRequest,
        reply: ChatResponse | None = None,
        error: str = "",
    ) -> None:
        """Tell and log how a call ended."""
        self.emit(event)
        if self._log is not None:
            self._log.write(event, request, reply, error)

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
