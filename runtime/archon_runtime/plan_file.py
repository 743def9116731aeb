"""A plan as a file: canonical bytes, hash, schema, and what it refers to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archon_runtime.errors import PlanInvalid
from archon_runtime.plan import PLAN_VERSION, PlanSpec
from archon_runtime.plan_decode import decode_plan
from archon_runtime.plan_encode import encode_plan
from archon_runtime.plan_references import check_references, executed_by
from archon_runtime.plan_schema import check_schema

__all__ = ["Plan"]

_AGAIN = "compile the program again with `archonc compile`"


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled architecture, ready to run. `hash` is its identity."""

    spec: PlanSpec
    hash: str

    @classmethod
    def from_spec(cls, spec: PlanSpec) -> Plan:
        """Make a plan of what the compiler lowered."""
        return cls(spec, _hash(encode_plan(spec)))

    @classmethod
    def load(cls, path: str | Path) -> Plan:
        """Read a plan file.

        Raises:
            PlanInvalid: it cannot be read, is no plan, has another version, breaks the
                schema (the JSON pointer is named), or was changed since it was compiled.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise PlanInvalid(f"cannot read the plan: {reason}", place=str(path)) from error
        try:
            return cls.from_json(text)
        except PlanInvalid as error:
            error.place = f"{path}{error.place}"
            raise

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Read a plan from JSON text; raises as `load` does."""
        try:
            raw = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise PlanInvalid(f"it is not JSON: {error}", help=_AGAIN) from error
        try:
            return cls._from_raw(raw)
        except RecursionError as error:
            raise PlanInvalid("its values are nested too deep", help=_AGAIN) from error

    @classmethod
    def _from_raw(cls, raw: Any) -> Plan:
        _check_version(raw)
        check_schema(raw, help=_AGAIN)
        stated = raw.pop("hash")
        found = _hash(raw)
        if stated != found:
            raise PlanInvalid(
                f"the plan was changed after it was compiled: it states the hash {stated[:19]}…, "
                f"its content has {found[:19]}…",
                place="#/hash",
                help=_AGAIN,
            )
        spec = decode_plan(raw)
        check_references(spec)
        # A number may be written in several ways (`0.10`): the identity is that of ours.
        return cls.from_spec(spec)

    def to_json(self) -> str:
        """Write the plan, indented, keys sorted; the same plan gives the same text."""
        raw = {**encode_plan(self.spec), "hash": self.hash}
        return json.dumps(raw, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @property
    def executes(self) -> tuple[str, ...]:
        """What the plan runs on this machine, in words; empty if it only asks models."""
        return executed_by(self.spec)


def _hash(raw: Mapping[str, object]) -> str:
    canonical = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _check_version(raw: Any) -> None:
    if not isinstance(raw, dict) or "archon_plan" not in raw:
        raise PlanInvalid("it is JSON but no Archon plan: `archon_plan` is missing", help=_AGAIN)
    version = raw["archon_plan"]
    if version != PLAN_VERSION or isinstance(version, bool):
        raise PlanInvalid(
            f"the plan has version {version!r}, this runtime reads version {PLAN_VERSION}",
            place="#/archon_plan",
            help=_AGAIN,
        )
