"""Small made-up configurations, and what the import makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from archonc.importer import Imported, import_source
from archonc.source import Source

__all__ = [
    "codes",
    "component",
    "config",
    "critic",
    "evaluator",
    "fuser",
    "generator",
    "layers_of",
    "messages",
    "ranker",
    "read",
    "unit_tests",
]

Component = Mapping[str, object]


def component(kind: str, **keys: object) -> dict[str, object]:
    """Make a component of a model of OpenAI; a key that is None is left out."""
    made: dict[str, object] = {
        "type": kind,
        "model": "gpt-4o",
        "model_type": "OpenAI_API",
        "temperature": 0.7,
        "max_tokens": 2048,
    }
    made.update(keys)
    return {key: value for key, value in made.items() if value is not None}


def generator(samples: object = 1, **keys: object) -> dict[str, object]:
    return component("generator", samples=samples, **keys)


def fuser(samples: object = 1, **keys: object) -> dict[str, object]:
    return component("fuser", samples=samples, **keys)


def critic(**keys: object) -> dict[str, object]:
    return component("critic", samples=1, **keys)


def ranker(top_k: object, **keys: object) -> dict[str, object]:
    return component("ranker", top_k=top_k, **keys)


def unit_tests(**keys: object) -> dict[str, object]:
    return component("unit_test_generator", samples=1, **keys)


def evaluator(**keys: object) -> dict[str, object]:
    return component("unit_test_evaluator", samples=1, **keys)


def config(*layers: Sequence[Component] | Component, **keys: object) -> str:
    """Write a configuration; a component that stands alone is a layer of one."""
    listed = [[each] if isinstance(each, Mapping) else each for each in layers]
    return json.dumps({"name": "some", "layers": listed, **keys}, indent=2)


def read(*layers: Sequence[Component] | Component, **keys: object) -> Imported:
    return import_source(Source("some.json", config(*layers, **keys)))


def codes(imported: Imported) -> list[str]:
    return [each.code for each in imported.diagnostics]


def messages(imported: Imported) -> str:
    return "\n".join(each.message for each in imported.diagnostics)


def layers_of(imported: Imported) -> list[str]:
    """Give the lines of the architecture, without its first and last."""
    assert imported.text is not None, messages(imported)
    return [line.strip() for line in imported.text.split("architecture", 1)[1].splitlines()[1:-1]]
