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
        self._asked = {name: (providers[m.provider], m.model) for name, m in spec.models.items()}
        self._steps: dict[str, tuple[str, int]] = {}
        seen: Counter[tuple[str, str, str]] = Counter()
        for step in walk_steps(spec.layers):
            if step.model is not None:
                kin = (step.technique, *self._asked[step.model])
                self._steps[step.id] = (step.model, seen[kin])
                seen[kin] += 1

    def make(self, path: str, model: str, request: str) -> str:
        """Make the key of a call.

        *path* is layer/step#sample.turn; *model* is the plan's name of who is asked: the
        step's own model or, in its stead, another one; *request* is the request's JSON.
        """
        step, _, numbers = path.partition("/")[2].rpartition("#")
        own, number = self._steps[step]
        # In whose stead: else its replies would be those of a step of its own.
        instead = "" if model == own else self._asked[own]
        what = [self._asked[model], instead, number, numbers.partition(".")[2], request]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def _identity(spec: ProviderSpec, environ: Mapping[str, str]) -> str:
    """Name whom is asked: the kind, its options, and the address that the environment gives."""
    options = {n: v for n, v in spec.options.items() if n not in _CHANGES_NO_REPLY}
    kind = KINDS.get(spec.kind)
    address = ""
    if kind is not None and kind.url_env and "base_url" not in options:
        address = environ.get(kind.url_env, "").strip()
    return json.dumps([spec.kind, options, address], sort_keys=True, default=str)
