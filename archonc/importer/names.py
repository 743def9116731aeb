"""Choose names: short ones for models, the configuration's own for its architecture."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from archonc.importer.config import ModelUse

__all__ = ["architecture_name", "free_name", "model_names"]

_LONGEST = 120
_RESERVED = frozenset({"true", "false"})
# What vendors append: how a model was tuned or packed tells no reader which one it is.
_TAILS = frozenset(
    [
        *("instruct", "chat", "it", "hf", "dpo", "awq", "gptq", "fp8"),
        *("latest", "versatile", "preview", "exp", "instant", "lite"),
    ]
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}|(?<=-)\d{3,4}$")
_VERSION = re.compile(r"-v\d+(?:\.\d+)*$")
# `llama-3-70b`: the number belongs to the name if a size follows it.
_FAMILY = re.compile(r"^([a-z]{3,})-(\d+(?:\.\d+)?)(?=-\d+(?:x\d+)?b(?:-|$))")


def architecture_name(name: str, fallback: str) -> str:
    """Make an identifier of a configuration's name, or of *fallback* if it has no letters."""
    for each in (name, fallback):
        made = _identifier(each)[:_LONGEST].rstrip("_")
        if made:
            return made
    return "imported"


def model_names(models: Iterable[ModelUse], taken: set[str]) -> dict[ModelUse, str]:
    """Name each model, in order; all names are new and are added to *taken*.

    A second use of a model, with other settings, says which they are.
    """
    names: dict[ModelUse, str] = {}
    first: dict[str, ModelUse] = {}
    for model in models:
        base = _short(model.name)
        endings = _settings(model, first[base]) if base in first else ("",)
        names[model] = free_name(base, taken, endings)
        first.setdefault(base, model)
    return names


def free_name(base: str, taken: set[str], endings: Sequence[str] = ("",)) -> str:
    """Take the first name that is free: with one of the endings, or with a number."""
    for ending in endings:
        name = f"{base}{ending}"
        if name not in taken and name not in _RESERVED:
            taken.add(name)
            return name
    number = 2
    while f"{base}_{number}" in taken:
        number += 1
    taken.add(f"{base}_{number}")
    return f"{base}_{number}"


def _short(name: str) -> str:
    word = name.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[0].casefold()
    word = word.removeprefix("meta-") if word.startswith("meta-llama") else word
    # `gpt-4-turbo` is another model than `gpt-4`; `…-Instruct-Turbo` is how it is served.
    word = (
        _DATE.sub("", word).removesuffix("-turbo") if "instruct-" in word else _DATE.sub("", word)
    )
    while True:
        word = _VERSION.sub("", word.rstrip("-_. "))
        head, _, tail = word.rpartition("-")
        if not head or tail not in _TAILS:
            break
        word = head
    return _identifier(_FAMILY.sub(r"\1\2", word)) or "model"


def _settings(model: ModelUse, first: ModelUse) -> list[str]:
    """Endings that tell *model* from the first of its name: `max_tokens`, temperature."""
    tokens = heat = ""
    if model.max_tokens is not None and model.max_tokens != first.max_tokens:
        tokens = f"_{_thousands(model.max_tokens)}"
    if model.temperature is not None and model.temperature != first.temperature:
        heat = "_t" + f"{model.temperature:f}".replace(".", "_")
    endings = [each for each in (tokens, heat, heat + tokens) if each]
    if model.provider != first.provider:
        endings.append(f"_{model.provider}")
    return endings


def _thousands(count: int) -> str:
    for unit in (1024, 1000):
        if count % unit == 0:
            return f"{count // unit}k"
    return str(count)


def _identifier(text: str) -> str:
    """Write *text* with letters, digits and `_`, beginning with a letter; perhaps empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    made = re.sub(r"[^a-z0-9]+", "_", plain.casefold()).strip("_")
    if not made or not made[0].isdigit():
        return made
    return f"a_{made}"
