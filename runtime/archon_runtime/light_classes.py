"""Data classes that cost little to define: see `archon_runtime.classes`, which offers them.

The standard library writes and compiles the source of six methods for each class, which
is 0.3 ms each, and imports `inspect`. Here the methods are closures over the fields'
names. What both know behaves alike: tests compare the two. Not known are `eq=False`,
`kw_only`, `InitVar` and `__post_init__`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MemberDescriptorType
from typing import Any, TypeVar

from archon_runtime.light_init import order_by, show_by, write_init

__all__ = ["MISSING", "Field", "dataclass", "field", "fields", "replace"]

T = TypeVar("T")

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "MISSING"})()
"""Stands for a default that a field has not."""

_OFTEN = 200
"""So many instances are more than a check makes of most classes."""

_FIELDS = "__light_fields__"
_STANDARD_FIELDS = "__dataclass_fields__"
_SIGNATURE = "__signature__"
_set: Callable[[object, str, object], None] = object.__setattr__


class Field:
    """What a class's body says of a field; its name is set by the class."""

    __slots__ = ("default", "default_factory", "metadata", "name", "repr", "type")

    def __init__(
        self, default: Any, default_factory: Any, metadata: Mapping[str, Any], *, shown: bool
    ) -> None:
        self.name = ""
        self.type = ""
        self.default = default
        self.default_factory = default_factory
        self.metadata = metadata
        self.repr = shown


def field(
    *,
    default: Any = MISSING,
    default_factory: Any = MISSING,
    repr: bool = True,  # noqa: A002 - the standard library's name
    metadata: Mapping[str, Any] | None = None,
) -> Any:
    """Say more of a field than its default."""
    return Field(default, default_factory, metadata or {}, shown=repr)


def fields(data: Any) -> tuple[Field, ...]:
    """List the fields of a class or of an instance, in order.

    Raises:
        TypeError: it is no data class made here.
    """
    found = getattr(data, _FIELDS, None)
    if found is None:
        raise TypeError(f"{data!r} is not made by `dataclass` of archon_runtime.classes")
    return tuple(found.values())


def replace(data: T, /, **changes: Any) -> T:
    """Copy an instance with some fields changed."""
    given = {each.name: getattr(data, each.name) for each in fields(data)}
    return type(data)(**{**given, **changes})


def dataclass(
    given: type[T] | None = None,
    /,
    *,
    frozen: bool = False,
    slots: bool = False,
    order: bool = False,
) -> Any:
    """Make a data class of a class with annotations, as `dataclasses.dataclass` does."""

    def make(cls: type[T]) -> type[T]:
        found = _read_fields(cls)
        made = _with_slots(cls, found) if slots else cls
        for name, method in _methods(made, found, frozen=frozen, order=order).items():
            if name not in cls.__dict__:
                setattr(made, name, method)
        setattr(made, _FIELDS, found)
        setattr(made, _STANDARD_FIELDS, _StandardFields())
        setattr(made, _SIGNATURE, _Signature())
        return made

    return make if given is None else make(given)


def _read_fields(cls: type[Any]) -> dict[str, Field]:
    if hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__name__} has a `__post_init__`, which is not known here")
    found: dict[str, Field] = {}
    for base in cls.__mro__[:0:-1]:
        found.update(base.__dict__.get(_FIELDS, {}))
    # Not by `inspect.get_annotations`: `inspect` takes longer to import than all of this.
    own: Mapping[str, Any] = cls.__dict__.get("__annotations__", {})  # noqa: RUF063
    for name, annotation in own.items():
        if str(annotation).removeprefix("typing.").startswith("ClassVar"):
            continue
        value = cls.__dict__.get(name, MISSING)
        each = value if isinstance(value, Field) else Field(value, MISSING, {}, shown=True)
        each.name, each.type = name, annotation
        found[name] = each
        if each.default is not MISSING:
            setattr(cls, name, each.default)
        elif name in cls.__dict__:
            delattr(cls, name)
    return found


def _with_slots(cls: type[T], found: Mapping[str, Field]) -> type[T]:
    """Make the class anew: slots can be given to a new one only."""
    inherited = {name for base in cls.__mro__[1:] for name in base.__dict__.get("__slots__", ())}
    body = {
        name: value
        for name, value in cls.__dict__.items()
        if name not in found and name not in {"__dict__", "__weakref__"}
    }
    body["__slots__"] = tuple(name for name in found if name not in inherited)
    body["__qualname__"] = cls.__qualname__
    metaclass: Any = type(cls)
    made: type[T] = metaclass(cls.__name__, cls.__bases__, body)
    return made


def _methods(
    cls: type[Any], found: dict[str, Field], *, frozen: bool, order: bool
) -> dict[str, Any]:
    names = tuple(found)
    values: Callable[[Any], Any] = attrgetter(*names) if names else lambda _: ()
    shown = tuple(name for name in names if found[name].repr)
    setters = [_setter(cls, name) for name in names]
    every, count = tuple(found.values()), len(found)

    made = 0

    def init(self: Any, *args: Any, **given: Any) -> None:
        nonlocal made
        made += 1
        if made == _OFTEN:
            # From now on it is worth what a written method costs to compile.
            cls.__init__ = write_init(cls, every, setters, MISSING)
        if given or len(args) != count:
            args = _complete(cls.__name__, every, args, given)
        for setter, value in zip(setters, args):  # noqa: B905 - as long, and this is run often
            setter(self, value)

    def equal(self: Any, other: object) -> bool:
        return (
            values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented
        )

    methods: dict[str, Any] = {
        "__init__": init,
        "__eq__": equal,
        "__repr__": show_by(shown),
        "__match_args__": names,
        # Not frozen, it can change, and has no hash.
        "__hash__": (lambda self: hash(values(self))) if frozen else None,
        "__reduce__": lambda self: (self.__class__, tuple(getattr(self, name) for name in names)),
    }
    if frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
    return methods | order_by(values) if order else methods


def _setter(cls: type[Any], name: str) -> Callable[[object, object], None]:
    """Find a way to set a field that passes by what makes a class frozen: its slot is fastest."""
    slot: Any = getattr(cls, name, None)
    if isinstance(slot, MemberDescriptorType):
        setter: Callable[[object, object], None] = slot.__set__
        return setter
    return lambda self, value: _set(self, name, value)


def _complete(
    name: str, every: tuple[Field, ...], args: tuple[Any, ...], given: dict[str, Any]
) -> tuple[Any, ...]:
    """Find the value of each field: by its place, by its name, or its default."""
    values = list(args)
    for each in every[len(args) :]:
        if each.name in given:
            values.append(given.pop(each.name))
        elif each.default is not MISSING:
            values.append(each.default)
        elif each.default_factory is not MISSING:
            values.append(each.default_factory())
        else:
            raise TypeError(f"{name}() lacks the argument {each.name!r}")
    if given or len(values) > len(every):
        extra = ", ".join(map(repr, given)) or f"{len(values) - len(every)} too many"
        raise TypeError(f"{name}() got arguments that it does not take, or twice: {extra}")
    return tuple(values)


def _refuse(self: object, name: str, value: object = None) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")


class _StandardFields:
    """The fields as the standard library's functions want them, made when they ask."""

    def __get__(self, instance: object, owner: type[Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = getattr(_standard_twin(owner), _STANDARD_FIELDS)
        setattr(owner, _STANDARD_FIELDS, found)  # asked once, told for good
        return found


class _Signature:
    """The arguments as `inspect.signature` and `help` show them, made when they ask."""

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        from inspect import signature

        return signature(_standard_twin(owner))


def _standard_twin(cls: type[Any]) -> type[Any]:
    from dataclasses import field, make_dataclass

    def write(each: Field) -> Any:
        defaults = {"default": each.default, "default_factory": each.default_factory}
        known = {name: value for name, value in defaults.items() if value is not MISSING}
        return field(repr=each.repr, metadata=each.metadata, **known)

    written = [(each.name, each.type, write(each)) for each in fields(cls)]
    return make_dataclass(cls.__name__, written)
