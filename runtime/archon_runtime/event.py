"""What happens in a run, told while it happens: frozen, for progress and for viewers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from archon_runtime.journal import CallState
from archon_runtime.trace import Note
from archon_runtime.usage import Usage

__all__ = [
    "CallFinished",
    "Event",
    "LayerFinished",
    "LayerProgress",
    "LayerStarted",
    "Noted",
    "RunStarted",
]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins.

    `cannot_exceed`: the plan's bounds, with every retry and fallback, lie within all its
    limits, if what they rest on (`assumed`, as in the plan) holds. Calls that are made
    again with another key have no tokens and are not counted in. `run_id` is empty without a
    journal. `already_spent` is of earlier sittings.
    """

    run_id: str
    plan: str
    layers: tuple[str, ...]
    cannot_exceed: bool
    assumed: Mapping[str, float]
    already_spent: Usage


@dataclass(frozen=True, slots=True)
class LayerStarted:
    """The first candidate reached a layer, or the run began with it."""

    layer: str
    places: int


@dataclass(frozen=True, slots=True)
class LayerProgress:
    """One more place of a layer's output is decided; `candidates` of them are filled."""

    layer: str
    decided: int
    candidates: int
    places: int
    spent: Usage


@dataclass(frozen=True, slots=True)
class LayerFinished:
    """A layer is done; `seconds` since it started."""

    layer: str
    candidates: int
    spent: Usage
    seconds: float


@dataclass(frozen=True, slots=True)
class CallFinished:
    """One attempt of a call ended, or a committed reply was used instead (`from_journal`)."""

    path: str
    layer: str
    step: str
    model: str
    attempt: int
    state: CallState
    usage: Usage
    seconds: float
    from_journal: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """Something was written in the trace."""

    note: Note


Event: TypeAlias = RunStarted | LayerStarted | LayerProgress | LayerFinished | CallFinished | Noted
