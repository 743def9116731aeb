"""The JSON reader of the import: the standard library's is its oracle."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archonc.diagnostic.codes_import import DUPLICATE_KEY, INVALID_JSON, JSON_TOO_DEEP
from archonc.importer.findings import Findings
from archonc.importer.json_read import MAX_NESTING, read_json
from archonc.importer.json_tree import (
    JsonArray,
    JsonNumber,
    JsonObject,
    JsonText,
    JsonValue,
    JsonWord,
)
from archonc.source import Source

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
PIECES = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"', "'", "a", "\\u12", "0", "-", "1.", "e5", "true", "\n", "//"]
)


def read(text: str) -> tuple[JsonValue | None, Findings]:
    findings = Findings(Source("some.json", text))
    return read_json(findings.source, findings), findings


def plain(value: JsonValue) -> object:
    match value:
        case JsonText() | JsonWord():
            return value.value
        case JsonNumber():
            return value.value
        case JsonArray(items=items):
            return [plain(each) for each in items]
        case JsonObject(members=members):
            return {each.key: plain(each.value) for each in members}


def refuse(word: str) -> object:
    raise ValueError(word)


def oracle(text: str) -> tuple[bool, object]:
    try:
        read = json.loads(
            text, parse_float=Decimal, parse_int=Decimal, parse_constant=refuse, strict=True
        )
    except ValueError:
        return False, None
    return True, read


@given(JSON, st.sampled_from([None, 1, 4]), st.booleans())
def test_reads_what_the_standard_library_writes(
    value: object, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    tree, findings = read(text)
    assert tree is not None
    assert plain(tree) == oracle(text)[1]
    assert findings.diagnostics == ()


@settings(max_examples=300)
@given(JSON, st.integers(0, 200), st.integers(0, 3), PIECES | st.just(""))
@example([1], 1, 1, "01")
@example([1], 1, 1, "NaN")
@example({"a": 1}, 6, 0, ",")
def test_agrees_with_the_standard_library_on_what_is_json(
    value: object, at: int, cut: int, piece: str
) -> None:
    text = json.dumps(value, indent=1)
    text = text[:at] + piece + text[at + cut :]
    good, expected = oracle(text)
    tree, findings = read(text)
    assert (tree is not None) == good
    assert findings.has_errors == (not good)
    if tree is not None:
        assert plain(tree) == expected
    for each in findings.diagnostics:
        assert 0 <= each.primary.span.start <= each.primary.span.end <= len(text)


@given(JSON)
def test_every_value_stands_where_its_span_says(value: object) -> None:
    text = json.dumps(value, indent=2)
    tree, _ = read(text)

    def check(node: JsonValue) -> None:
        part = text[node.span.start : node.span.end]
        assert oracle(part) == (True, plain(node))
        match node:
            case JsonArray(items=items):
                for item in items:
                    check(item)
            case JsonObject(members=members):
                for member in members:
                    assert json.loads(text[member.span.start : member.span.end]) == member.key
                    check(member.value)
            case _:
                pass

    assert tree is not None
    check(tree)


@pytest.mark.parametrize(
    ("text", "place", "said", "help_line"),
    [
        pytest.param('{"a": 1 "b": 2}', (1, 9), "expected `,` or `}`", "write a `,`", id="comma"),
        pytest.param("[1,\n 2\n 3]", (3, 2), "expected `,` or `]`", "write a `,`", id="comma 2"),
        pytest.param('{"a": "b"c"}', (1, 10), "found `c`", 'write `\\"`', id="quotes"),
        pytest.param("[1, 2,]", (1, 6), "a `,` stands before `]`", "take the comma", id="trailing"),
        pytest.param('{"a" 1}', (1, 6), "`:` after the key `a`", "write `:`", id="colon"),
        pytest.param("{a: 1}", (1, 2), "the key `a` has no quotes", 'write `"a"`', id="bare key"),
        pytest.param("{'a': 1}", (1, 2), "other quotes", "double quotes", id="quotes of Python"),
        pytest.param("[True]", (1, 2), "`True` is no word", "write `true`", id="True"),
        pytest.param("[None]", (1, 2), "`None` is no word", "write `null`", id="None"),
        pytest.param("[NaN]", (1, 2), "`NaN` is no number", "write numbers", id="NaN"),
        pytest.param("[007]", (1, 2), "`007` is no number", "leading zeros", id="zeros"),
        pytest.param("[.5]", (1, 2), "`.5` is no number", "write numbers", id="point"),
        pytest.param("[1 // one\n]", (1, 4), "a comment stands in it", "JSON has none", id="//"),
        pytest.param("[\n# one\n]", (2, 1), "a comment stands in it", "JSON has none", id="#"),
        pytest.param('["a]', (1, 2), "no closing quotes", "where the text ends", id="open text"),
        pytest.param('["a\\d"]', (1, 4), "an unknown escape", "for a backslash", id="escape"),
        pytest.param('["a\tb"]', (1, 4), "control character U+0009", "\\u0009", id="tab"),
        pytest.param('{"a": [1, {"b": 2', (1, 18), "it ends where", "`}]}`", id="end"),
        pytest.param("[1]]", (1, 4), "the end of the file", "one file", id="after the end"),
        pytest.param("[1}", (1, 3), "expected `,` or `]`", "a bracket", id="wrong bracket"),
        pytest.param('{"a": }', (1, 7), "the value of `a`", "or take out", id="no value"),
        pytest.param('{"key": a}', (1, 9), "the value of `key`, found `a`", "write the", id="key"),
        pytest.param("hello", (1, 1), "expected a value", "write a value here", id="no JSON"),
    ],
)
def test_a_mistake_has_its_place_its_reason_and_a_help(
    text: str, place: tuple[int, int], said: str, help_line: str
) -> None:
    tree, findings = read(text)
    (found,) = findings.diagnostics
    assert tree is None
    assert found.code == INVALID_JSON
    assert found.source.line_column(found.primary.span.start) == place
    assert said in found.message
    assert help_line in found.helps[0]


def test_nesting_has_a_limit() -> None:
    for depth, good in ((MAX_NESTING, True), (MAX_NESTING + 1, False), (200_000, False)):
        tree, findings = read("[" * depth + "]" * depth)
        assert (tree is not None) == good
        assert [each.code for each in findings.diagnostics] == ([] if good else [JSON_TOO_DEEP])


def test_a_key_that_stands_twice_is_reported_with_both_places() -> None:
    tree, findings = read('{"a": 1,\n "b": 2,\n "a": 3}')
    (found,) = findings.diagnostics
    assert isinstance(tree, JsonObject)
    assert [each.key for each in tree.members] == ["a", "b", "a"]
    assert found.code == DUPLICATE_KEY
    assert found.source.line_column(found.primary.span.start) == (3, 2)
    assert found.source.line_column(found.secondary[0].span.start) == (1, 2)


def test_numbers_of_any_size_are_read_and_not_written_out() -> None:
    tree, _ = read("[1e999999999, -1e99999999999999999999, 0." + "1" * 100_000 + "]")
    assert isinstance(tree, JsonArray)
    huge, lowest, long = (each for each in tree.items if isinstance(each, JsonNumber))
    assert huge.value.adjusted() == 999_999_999
    assert lowest.value == -math.inf
    assert 0.11 < long.value < 0.12


def test_halves_of_a_character_are_joined() -> None:
    tree, _ = read('"\\ud83d\\ude00 \\ud83d"')
    assert isinstance(tree, JsonText)
    assert tree.value == "😀 \ud83d"
