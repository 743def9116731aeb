"""Light data classes behave as the standard library's do, in all that the project uses."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from typing import Any, ClassVar

import pytest

from archon_runtime import light_classes


def make_classes(module: Any) -> dict[str, Any]:
    """Write the same classes with either module."""

    @module.dataclass(frozen=True, slots=True, order=True)
    class Place:
        start: int
        end: int = 7

        kinds: ClassVar[int] = 3

        @property
        def width(self) -> int:
            return self.end - self.start

    @module.dataclass(frozen=True, slots=True)
    class Single:
        name: str

    @module.dataclass(frozen=True, slots=True)
    class Empty:
        pass

    @module.dataclass(frozen=True, slots=True)
    class Wider(Place):
        name: str = ""
        parts: tuple[int, ...] = module.field(default_factory=tuple)
        key: str = module.field(default="secret", repr=False)

    @module.dataclass
    class Owner:
        found: list[int] = module.field(default_factory=list)

    made: tuple[Any, ...] = (Place, Single, Empty, Wider, Owner)
    return {cls.__name__: cls for cls in made}


LIGHT = make_classes(light_classes)
STANDARD = make_classes(dataclasses)
MADE: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "positional": ("Place", (1, 2), {}),
    "named": ("Place", (), {"end": 2, "start": 1}),
    "default": ("Place", (1,), {}),
    "single": ("Single", ("a",), {}),
    "empty": ("Empty", (), {}),
    "inherited": ("Wider", (1,), {"name": "n"}),
    "factory": ("Wider", (1, 2, "n", (3,), "k"), {}),
    "mutable": ("Owner", (), {}),
}


def both(name: str) -> tuple[Any, Any]:
    cls, args, named = MADE[name]
    return LIGHT[cls](*args, **named), STANDARD[cls](*args, **named)


@pytest.mark.parametrize("name", MADE)
def test_values_and_text_are_the_same(name: str) -> None:
    light, standard = both(name)
    assert repr(light) == repr(standard)
    assert type(light).__match_args__ == type(standard).__match_args__
    assert dataclasses.asdict(light) == dataclasses.asdict(standard)


@pytest.mark.parametrize("name", MADE)
def test_equality_and_hash_go_by_value(name: str) -> None:
    light, _ = both(name)
    again, _ = both(name)
    assert light == again
    assert light != ()
    if name == "mutable":
        with pytest.raises(TypeError):
            hash(light)
    else:
        assert hash(light) == hash(again)


def test_classes_with_equal_values_differ() -> None:
    assert LIGHT["Place"](1, 2) != LIGHT["Wider"](1, 2)


def test_order_goes_by_value() -> None:
    place = LIGHT["Place"]
    assert sorted([place(2, 1), place(1, 9), place(1, 2)]) == [
        place(1, 2),
        place(1, 9),
        place(2, 1),
    ]
    assert place(1, 2) <= place(1, 2) < place(1, 3) > place(1, 1)
    with pytest.raises(TypeError):
        place(1, 2) < LIGHT["Wider"](1, 2)  # noqa: B015 - the comparison raises


@pytest.mark.parametrize(
    ("args", "named"),
    [((), {}), ((1, 2, 3), {}), ((1,), {"start": 1}), ((1,), {"other": 2})],
    ids=["missing", "too-many", "twice", "unknown"],
)
def test_wrong_arguments_are_refused(args: tuple[int, ...], named: dict[str, int]) -> None:
    for made in (LIGHT, STANDARD):
        with pytest.raises(TypeError):
            made["Place"](*args, **named)


def test_frozen_stays_as_it_is() -> None:
    for made in (LIGHT, STANDARD):
        place = made["Place"](1, 2)
        with pytest.raises(dataclasses.FrozenInstanceError):
            place.start = 3
        with pytest.raises(dataclasses.FrozenInstanceError):
            del place.start
        assert not hasattr(place, "__dict__")


def test_mutable_owner_changes_and_shares_nothing() -> None:
    first, second = LIGHT["Owner"](), LIGHT["Owner"]()
    first.found.append(1)
    assert second.found == []
    second.found = [2]
    assert second == LIGHT["Owner"]([2])


def test_both_replace_functions_replace() -> None:
    wide = LIGHT["Wider"](1, name="n")
    for module in (light_classes, dataclasses):
        changed = module.replace(wide, end=9)
        assert changed == LIGHT["Wider"](1, 9, "n")
        with pytest.raises(TypeError):
            module.replace(wide, other=1)


def test_fields_are_those_of_the_standard_library() -> None:
    for name, light in LIGHT.items():
        standard = dataclasses.fields(STANDARD[name])
        assert [each.name for each in light_classes.fields(light)] == [f.name for f in standard]
        seen = dataclasses.fields(light)
        assert [(f.name, f.repr) for f in seen] == [(f.name, f.repr) for f in standard]
        assert dataclasses.is_dataclass(light)


def test_signatures_are_those_of_the_standard_library() -> None:
    for name, light in LIGHT.items():
        seen, standard = inspect.signature(light), inspect.signature(STANDARD[name])
        assert list(seen.parameters) == list(standard.parameters)
        assert [p.default for p in seen.parameters.values() if p.default != p.empty] == [
            p.default for p in standard.parameters.values() if p.default != p.empty
        ]


def test_instances_are_copied_and_matched() -> None:
    light_place = LIGHT["Place"]
    place = light_place(1, 5)
    assert copy.deepcopy(place) == copy.copy(place) == place
    assert (place.width, place.kinds) == (4, 3)
    match place:
        case light_place(1, end):
            assert end == 5
        case _:
            pytest.fail("it was not matched by place")


def test_instances_can_be_pickled() -> None:
    from archon_runtime.bounds import Range

    assert pickle.loads(pickle.dumps(Range(1, None))) == Range(1, None)


def test_what_is_not_known_is_refused() -> None:
    class Checked:
        value: int

        def __post_init__(self) -> None: ...

    with pytest.raises(TypeError, match="__post_init__"):
        light_classes.dataclass(Checked)
    with pytest.raises(TypeError, match=r"archon_runtime\.classes"):
        light_classes.fields(STANDARD["Place"])


def test_module_needs_neither_dataclasses_nor_inspect() -> None:
    script = "import archon_runtime.light_classes, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not {"dataclasses", "inspect"} & set(done.stdout.split())
