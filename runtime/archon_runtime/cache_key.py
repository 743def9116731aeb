"""What a later run may find a reply by: whom it was asked, what, and as which sample.

Not where: a reply is found again though layers were renamed or others were added. Yet
no two calls of a run have one key, so that ten samples stay ten: steps that ask the
same of the same model are numbered.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping

from archon_runtime.plan import PlanSpec, ProviderSpec, walk_steps
from archon_runtime.providers.kind import TRAFFIC
from archon_runtime.providers.kinds import KINDS

__all__ = ["CacheKeys"]

_CHANGES_NO_REPLY = frozenset({option.name for option in TRAFFIC} | {"key", "keys"})


class CacheKeys:
    """Makes the keys of one plan's calls."""

    def __init__(self, spec: PlanSpec, environ: Mapping[str, str]) -> None:
        providers = {name: _identity(p, environ) for name, p in spec.providers.items()}
        self._scopes: dict[str, str] = {}
        seen: Counter[tuple[str, str, str]] = Counter()
        for step in walk_steps(spec.layers):
            if step.model is None:
                continue
            model = spec.models[step.model]
            provider = providers[model.provider]
            asked = (step.technique, provider, model.model)
            self._scopes[step.id] = f"{provider}\n{seen[asked]}"
            seen[asked] += 1

    def make(self, path: str, request: str) -> str:
        """Make the key of a call; *path* is layer/step#sample.turn, *request* its JSON."""
        step, _, numbers = path.partition("/")[2].rpartition("#")
        turn = numbers.partition(".")[2]
        what = f"{self._scopes[step]}\n{turn}\n{request}"
        return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()


def _identity(spec: ProviderSpec, environ: Mapping[str, str]) -> str:
    """Name whom is asked: the kind, its options, and the address that the environment gives."""
    options = {n: v for n, v in spec.options.items() if n not in _CHANGES_NO_REPLY}
    kind = KINDS.get(spec.kind)
    address = ""
    if kind is not None and kind.url_env and "base_url" not in options:
        address = environ.get(kind.url_env, "").strip()
    return json.dumps([spec.kind, options, address], sort_keys=True, default=str)
