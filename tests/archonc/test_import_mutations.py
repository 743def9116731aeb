"""Whatever a configuration holds, it is imported or refused: nothing raises."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from archonc import compile_source
from archonc.diagnostic import DiagnosticSink, Severity
from archonc.format import format_source
from archonc.importer import import_source
from archonc.importer.keys import PROVIDERS
from archonc.source import Source
from tests.archonc.import_configs import (
    component,
    config,
    critic,
    evaluator,
    fuser,
    generator,
    ranker,
    unit_tests,
)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["", "generator", "Together_API", "llm-blender/PairRM", "http://a:b@c/v1"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=6) | st.sampled_from(["layers", "type"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)
KEYS = st.sampled_from(
    (
        *("samples", "top_k", "first_k", "first_pass", "unit_test_cap", "use_critiques"),
        *("length_control", "length_contorl", "temperature", "max_tokens", "model", "no_system"),
    )
)
VALUES = st.integers(0, 9) | st.booleans() | st.floats(0, 3) | st.text(min_size=1, max_size=4)
MAKERS: list[Callable[..., dict[str, object]]] = [
    generator,
    fuser,
    critic,
    lambda **keys: ranker(**{"top_k": 2, **keys}),
    lambda **keys: component("verifier", **{"samples": 1, **keys}),
    unit_tests,
    lambda **keys: evaluator(**{"top_k": 2, **keys}),
]


APIS = st.sampled_from(["OpenAI_API"] * 8 + list(PROVIDERS))


@st.composite
def layers(draw: st.DrawFn, make: Callable[..., dict[str, object]] | None = None) -> list[object]:
    """Make a layer of one type, or now and then of any types."""
    makers = [make or draw(st.sampled_from(MAKERS))] * draw(st.sampled_from([1, 1, 2]))
    if draw(st.integers(0, 20)) == 20:
        makers.append(draw(st.sampled_from(MAKERS)))
    made: list[object] = []
    for each in makers:
        keys = draw(st.dictionaries(KEYS, VALUES, max_size=2)) if draw(st.booleans()) else {}
        made.append({**each(model_type=draw(APIS)), **keys})
    return made[:1] if len(made) == 2 and makers[0] not in (generator, fuser) else made


STACKS = st.tuples(
    st.lists(layers(make=unit_tests), max_size=1),
    st.lists(layers(make=generator), min_size=1, max_size=1),
    st.lists(layers(), max_size=6),
).map(lambda parts: [layer for part in parts for layer in part])
GOOD = [
    config(unit_tests(), [generator(3), generator(model="m")], evaluator(first_pass=True)),
    config(generator(4), critic(), ranker(2), fuser(2), component("verifier"), fuser()),
]


def assert_imported_or_refused(text: str) -> None:
    source = Source("some.json", text)
    imported = import_source(source)
    refused = any(each.severity is Severity.ERROR for each in imported.diagnostics)
    assert (imported.text is None) == refused
    assert (imported.plan is None) == refused
    for each in imported.diagnostics:
        assert 0 <= each.primary.span.start <= each.primary.span.end <= len(text)
    if imported.text is not None:
        program = Source("some.archon", imported.text)
        found = compile_source(program).diagnostics
        assert [each for each in found if each.severity is Severity.ERROR] == []
        assert format_source(program, DiagnosticSink(program)) == imported.text
        assert import_source(source) == imported


@given(JSON)
def test_any_json_is_imported_or_refused(value: object) -> None:
    assert_imported_or_refused(json.dumps(value))


@given(st.text())
def test_any_text_is_imported_or_refused(text: str) -> None:
    assert_imported_or_refused(text)


@settings(max_examples=400)
@given(STACKS)
def test_any_stack_of_components_is_imported_or_refused(stack: list[object]) -> None:
    assert_imported_or_refused(json.dumps({"name": "some", "layers": stack}))


@settings(max_examples=200)
@given(st.sampled_from(GOOD), st.data())
def test_a_configuration_with_a_part_replaced_is_imported_or_refused(
    text: str, data: st.DataObject
) -> None:
    tree = json.loads(text)
    places = list(parts(tree))
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(JSON)
    assert_imported_or_refused(json.dumps(tree))


@given(st.sampled_from(GOOD), st.integers(0, 2000), st.integers(0, 30), st.text(max_size=4))
def test_a_configuration_with_characters_replaced_is_imported_or_refused(
    text: str, at: int, cut: int, piece: str
) -> None:
    assert_imported_or_refused(text[:at] + piece + text[at + cut :])


def parts(tree: Any) -> list[tuple[Any, Any]]:
    """List every place in a JSON value: what holds it, and its key there."""
    keys = list(tree) if isinstance(tree, dict) else range(len(tree) if type(tree) is list else 0)
    found = [(tree, key) for key in keys]
    return found + [place for _, key in found for place in parts(tree[key])]
