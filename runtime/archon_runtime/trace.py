"""What a run did, layer by layer: candidates in and out, calls, money, time, notes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from archon_runtime.candidate import Candidate
from archon_runtime.usage import Usage

__all__ = ["LayerTrace", "Note", "Trace", "candidate_to_json"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing. Kinds of techniques: repair, fallback, parse, choice.

    Kinds of the runtime: retry, clipped, dropped, degraded, unknown (a bill), unstated
    (token counts), overrun (with `code`), cached (a reply of another run).
    """

    layer: str
    step: str
    kind: str
    message: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class LayerTrace:
    """One layer. `usage` is what its calls cost, those of earlier sittings too.

    `tests` are the unit tests that it wrote.
    """

    layer: str
    inflow: tuple[Candidate, ...]
    outflow: tuple[Candidate, ...]
    usage: Usage
    seconds: float
    notes: tuple[Note, ...]
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """All layers in order, and the seconds that the run took."""

    layers: tuple[LayerTrace, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Make JSON types of it."""
        return {
            "seconds": round(self.seconds, 3),
            "layers": [
                {
                    "layer": layer.layer,
                    "inflow": [candidate_to_json(c) for c in layer.inflow],
                    "outflow": [candidate_to_json(c) for c in layer.outflow],
                    "usage": layer.usage.to_json(),
                    "seconds": round(layer.seconds, 3),
                    "notes": [asdict(note) for note in layer.notes],
                    "tests": list(layer.tests),
                }
                for layer in self.layers
            ],
        }


def candidate_to_json(candidate: Candidate) -> dict[str, Any]:
    """Make JSON types of a candidate; attachments that are not there are left out."""
    return {name: value for name, value in asdict(candidate).items() if value is not None}
