"""Check that the components of a layer can stand side by side: of one type, or alone."""

from __future__ import annotations

from archonc.diagnostic.codes_import import CROWDED_LAYER, MIXED_LAYER
from archonc.importer.config import ComponentType, Layer
from archonc.importer.findings import Findings

__all__ = ["check_alike"]

_MAKERS = frozenset({ComponentType.GENERATOR, ComponentType.FUSER})


def check_alike(layer: Layer, findings: Findings) -> None:
    """Report a layer that mixes types, or holds several of a type that stands alone."""
    first = layer.components[0]
    other = next((each for each in layer.components if each.type is not first.type), None)
    if other is not None:
        findings.error(
            MIXED_LAYER,
            f"a layer mixes `{first.type}` and `{other.type}`",
            other.place("type"),
            f"a `{other.type}`",
            secondary=first.place("type"),
            reason=f"a `{first.type}`",
            notes=("the runner joined what they gave, old candidates and new ones alike",),
            helps=(f"give the `{other.type}` a layer of its own",),
        )
    elif len(layer.components) > 1 and first.type not in _MAKERS:
        findings.error(
            CROWDED_LAYER,
            f"a layer holds {len(layer.components)} of `{first.type}`, which stands alone",
            layer.components[1].place("type"),
            "one too many",
            secondary=first.place("type"),
            reason="the first",
            notes=("the runner joined what they gave, so that candidates or critiques doubled",),
            helps=(f"keep one of them, or give each `{first.type}` a layer of its own",),
        )
