"""Structured logs: one record for each attempt of a call, without what was said in it.

Through the standard library's `logging`, under the name `archon_runtime`; each record has
an attribute `archon`, a dictionary that JSON can hold (specs/runtime.md, rule L1).
"""

from __future__ import annotations

import logging
from typing import Any

from archon_runtime.chat import ChatRequest, ChatResponse
from archon_runtime.event import CallFinished
from archon_runtime.journal import CallState

__all__ = ["LOGGER_NAME", "CallLog"]

LOGGER_NAME = "archon_runtime"
_LOGGER = logging.getLogger(LOGGER_NAME)
# Else what nobody listens to would go to standard error.
_LOGGER.addHandler(logging.NullHandler())

_QUIET = frozenset({CallState.REPLIED, CallState.CACHED})


class CallLog:
    """Logs one run's calls. Only with *contents* what was asked and answered is logged too."""

    def __init__(self, run_id: str, *, contents: bool) -> None:
        self._run_id = run_id
        self._contents = contents

    def takes(self, state: CallState) -> bool:
        """Tell whether a record of a call that ends like that goes anywhere."""
        return _LOGGER.isEnabledFor(_level(state))

    def write(
        self, event: CallFinished, request: ChatRequest, reply: ChatResponse | None, error: str
    ) -> None:
        """Log a call that ended; *error* is a code and a sentence, or empty."""
        if not self.takes(event.state):
            return
        fields: dict[str, Any] = {
            "event": "call",
            "run": self._run_id,
            "call": event.path,
            "layer": event.layer,
            "step": event.step,
            "sample": request.sample,
            "attempt": event.attempt,
            "model": event.model,
            "model_id": request.model,
            "outcome": event.state.value,
            "error": error.partition(":")[0] or None,
            "prompt_tokens": event.usage.prompt_tokens,
            "completion_tokens": event.usage.completion_tokens,
            "cost_usd": f"{event.usage.cost_usd:f}",
            "latency_ms": round(1000 * event.seconds, 3),
            "from_journal": event.from_journal,
        }
        if self._contents:
            fields["messages"] = [[m.role.value, m.content] for m in request.messages]
            fields["reply"] = None if reply is None else reply.text
            fields["error_message"] = error or None
        text = f"call {event.path} of model {event.model}: {event.state.value}"
        _LOGGER.log(_level(event.state), "%s", text, extra={"archon": fields})


def _level(state: CallState) -> int:
    return logging.INFO if state in _QUIET else logging.WARNING
