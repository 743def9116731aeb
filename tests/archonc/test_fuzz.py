"""The fuzz targets without the fuzzer: some hundred inputs each, the same ones every time."""

from __future__ import annotations

import random

import pytest

from archonc.diagnostic import DiagnosticSink
from archonc.source import Source
from archonc.syntax.parse import parse_program
from tests.fuzz.json_parts import ODD, mutate_json
from tests.fuzz.programs import mutate_program, programs
from tests.fuzz.target import decode, encode
from tests.fuzz.targets import TARGETS

# The program of `set` is a search space: it is compiled at many points.
INPUTS = {"set": 40}


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_target_takes_its_seeds_and_changes_of_them(name: str) -> None:
    target = TARGETS[name]
    chance = random.Random(name)
    seeds = target.seeds()
    for number in range(INPUTS.get(name, 300)):
        text = seeds[number % len(seeds)]
        for _ in range(number // len(seeds)):
            text = target.mutate(text, chance)
        target.run(text)


def test_changes_are_the_same_for_the_same_seed() -> None:
    for target in TARGETS.values():
        text = target.seeds()[0]
        assert target.mutate(text, random.Random(7)) == target.mutate(text, random.Random(7))


def test_changed_programs_are_often_still_programs() -> None:
    # A fuzzer whose inputs all end in the parser would find nothing behind it.
    chance = random.Random(1)
    seeds = [each for each in programs() if is_read(each)]
    changed = [mutate_program(chance.choice(seeds), chance) for _ in range(200)]
    read = {each for each in changed if is_read(each)} - set(seeds)
    assert 60 < len(read) < 180


def is_read(text: str) -> bool:
    source = Source("any.archon", text)
    sink = DiagnosticSink(source)
    parse_program(source, sink)
    return not sink.has_errors


@pytest.mark.parametrize("data", [b"", b"a\xff\n", "é\ud800".encode("utf-8", "surrogatepass")])
def test_any_bytes_are_a_text_that_has_bytes(data: bytes) -> None:
    text = decode(data)
    assert decode(encode(text)) == text


def test_changes_leave_the_table_of_odd_values_alone() -> None:
    before, chance = repr(ODD), random.Random(1)
    text = '{"a": [1, 2], "b": {"c": []}}'
    for _ in range(3000):
        mutate_json(text, chance)
    assert repr(ODD) == before
