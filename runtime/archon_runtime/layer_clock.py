"""How long a layer is at work, until when it may be, and the events that tell of it."""

from __future__ import annotations

import math

import anyio

from archon_runtime.books import Account
from archon_runtime.budget import BudgetRefusal, out_of_time
from archon_runtime.event import LayerFinished, LayerProgress, LayerStarted
from archon_runtime.plan import LayerSpec, OnExhausted
from archon_runtime.recorder import Recorder
from archon_runtime.stream import Stream

__all__ = ["LayerClock"]


class LayerClock:
    """The time of one layer, from the first candidate that it can work on."""

    def __init__(self, layer: LayerSpec, out: Stream, account: Account, recorder: Recorder) -> None:
        self._layer = layer
        self._out = out
        self._account = account
        self._recorder = recorder
        self._started_s: float | None = None
        self._ended_s: float | None = None

    @property
    def has_ended(self) -> bool:
        """Tell whether the layer has come to its end."""
        return self._ended_s is not None

    @property
    def seconds(self) -> float:
        """For how long it was at work until now."""
        if self._started_s is None:
            return 0.0
        end = anyio.current_time() if self._ended_s is None else self._ended_s
        return end - self._started_s

    def start(self, scope: anyio.CancelScope) -> None:
        """Begin to count: its `timeout`, and its budget's `time`, end *scope*."""
        self._started_s = anyio.current_time()
        budget, timeout_s = self._layer.budget, self._layer.timeout_s
        limits = [None if budget is None else budget.time_s, timeout_s]
        least = min((limit for limit in limits if limit is not None), default=math.inf)
        scope.deadline = self._started_s + least
        self._recorder.emit(LayerStarted(self._layer.name, self._out.width))

    def finish(self) -> None:
        """Stop counting."""
        if self._started_s is None:  # no candidate ever reached it
            self.start(anyio.CancelScope())
        self._ended_s = anyio.current_time()
        made = len(self._out.candidates)
        self._recorder.emit(
            LayerFinished(self._layer.name, made, self._account.spent, self.seconds)
        )

    def tell_progress(self) -> None:
        """Tell how many places are decided."""
        if not self._recorder.is_heard:
            return
        out, spent = self._out, self._account.spent
        self._recorder.emit(
            LayerProgress(self._layer.name, out.decided, out.filled, out.width, spent)
        )

    def refusal(self) -> BudgetRefusal:
        """Say which time is over: the layer goes on after its `timeout`, whatever happens."""
        budget, timeout_s, place = self._layer.budget, self._layer.timeout_s, self._layer.name
        time_s = None if budget is None else budget.time_s
        if budget is not None and time_s is not None and time_s <= (timeout_s or math.inf):
            help_line = "raise `time` in the budget, or ask for less"
            return out_of_time(budget, place=f"layer `{place}`", help=help_line)
        return BudgetRefusal(
            f"its `timeout` of {timeout_s:g} s is over",
            place=f"layer `{place}`",
            help="raise `timeout`, or ask for less",
            on_exhausted=OnExhausted.DEGRADE,
        )
