"""Why candidates fell: read off the trace of a run, as the journal has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Fallen", "find_fallen"]


@dataclass(frozen=True, slots=True)
class Fallen:
    """A candidate that a layer did not let through, and why."""

    candidate: str
    layer: str
    reason: str


def find_fallen(result: Mapping[str, Any]) -> tuple[Fallen, ...]:
    """List the candidates that fell, layer by layer; *result* is `Result.to_json`.

    A layer that makes new candidates lets none fall: they go into the new ones.
    """
    return tuple(
        Fallen(candidate["id"], layer["layer"], _reason(candidate, layer))
        for layer in result["trace"]["layers"]
        for candidate in _gone(layer)
    )


def _gone(layer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    kept = {candidate["id"] for candidate in layer["outflow"]}
    came = {candidate["id"] for candidate in layer["inflow"]}
    if kept and not kept & came:
        return ()
    return [candidate for candidate in layer["inflow"] if candidate["id"] not in kept]


def _reason(candidate: Mapping[str, Any], layer: Mapping[str, Any]) -> str:
    who = f"{candidate['id']} did not pass: "
    for note in layer["notes"]:
        _, found, reason = note["message"].partition(who)
        if found:
            return f"did not pass: {reason}"
    kept = layer["outflow"]
    if any(each.get("test_results") is not None for each in kept):
        return f"passed fewer tests than the {len(kept)} kept, or came after them"
    if any(each.get("rank") is not None for each in kept):
        return f"ranked below the {len(kept)} kept"
    if any(each.get("votes") is not None for each in kept):
        return "more votes went to another answer, or to one like it that came before"
    return f"not among the {len(kept)} kept" if kept else "the layer left none"
