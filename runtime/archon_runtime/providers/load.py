"""Make the provider that a plan names; its client is imported only now."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from archon_runtime.errors import PlanInvalid
from archon_runtime.plan import ProviderSpec
from archon_runtime.providers.base import Provider, ProviderFactory
from archon_runtime.providers.kinds import KINDS

__all__ = ["make_provider"]


def make_provider(name: str, spec: ProviderSpec, environ: Mapping[str, str]) -> Provider:
    """Make the provider that the plan calls *name*; it is not opened yet.

    Raises:
        PlanInvalid: its kind or an option is unknown or has a wrong value.
        KeyMissing: the environment variable of a key that it needs is not set.
    """
    kind = KINDS.get(spec.kind)
    if kind is None:
        raise PlanInvalid(
            f"there is no provider of the kind `{spec.kind}`",
            place=f"providers/{name}",
            help=f"there are {', '.join(f'`{each}`' for each in KINDS)}",
        )
    module, _, implementation = kind.implementation.partition(":")
    factory = cast("ProviderFactory", getattr(importlib.import_module(module), implementation))
    return factory.from_options(name, kind, spec.options, environ)
