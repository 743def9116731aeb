"""Check a plan's JSON against specs/plan.schema.json, however deep its architectures nest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archon_runtime.data import specs_folder
from archon_runtime.errors import PlanInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DEEPEST", "check_schema"]

DEEPEST = 100
"""How deep architectures may be nested in one another."""


def check_schema(raw: Any, *, help: str) -> None:
    """Refuse what breaks the schema, naming the JSON pointer.

    A nested step is checked apart from the layer that holds it: the validator would call
    itself so often for each level that Python refuses long before `DEEPEST`.

    Raises:
        PlanInvalid: with *help*.
    """
    # Imported here: it takes longer to import than most programs take to compile.
    from jsonschema import Draft202012Validator

    schema = json.loads((specs_folder() / "plan.schema.json").read_text(encoding="utf-8"))
    nested = schema["$defs"]["nested"]
    schema["$defs"]["nested"] = True
    validators = Draft202012Validator(schema), Draft202012Validator({**schema, **nested})
    pieces = [(raw, "", 0)]
    for piece, pointer, depth in pieces:
        if depth > DEEPEST:
            message = f"architectures are nested more than {DEEPEST} deep"
            raise PlanInvalid(message, place=f"#{pointer}", help=help)
        _check_piece(validators[min(depth, 1)], piece, pointer, help)
        pieces += ((step, pointer + place, depth + 1) for step, place in _nested_in(piece))


def _check_piece(validator: Any, piece: Any, pointer: str, help: str) -> None:
    found = min(
        validator.iter_errors(piece),
        key=lambda error: (len(error.absolute_path), error.json_path),
        default=None,
    )
    if found is not None:
        pointer += "".join(f"/{part}" for part in found.absolute_path)
        message = found.message if len(found.message) < 200 else f"{found.message[:200]}…"
        raise PlanInvalid(message, place=f"#{pointer}", help=help)


def _nested_in(piece: Any) -> Iterator[tuple[Any, str]]:
    """Find what the schema takes for a nested step, with its place in *piece*."""
    for number, layer in enumerate(piece["layers"]):
        for index, step in enumerate(layer["steps"]):
            # `required` says nothing about what is no object.
            if not isinstance(step, dict) or "architecture" in step:
                yield step, f"/layers/{number}/steps/{index}"
