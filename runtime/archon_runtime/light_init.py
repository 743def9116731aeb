"""Methods of data classes: comparisons, and a constructor that is compiled for speed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["order_by", "show_by", "write_init"]


def write_init(
    cls: type[Any],
    fields: Sequence[Any],
    setters: Sequence[Callable[[object, object], None]],
    missing: object,
) -> Callable[..., None]:
    """Write the constructor of a data class out, as the standard library does.

    It runs several times faster than one that loops, and takes as long to compile as a
    thousand of those calls. *fields* have `name`, `default` and `default_factory`, of
    which *missing* stands for none; *setters* pass by what makes the class frozen.
    """
    scope: dict[str, Any] = {"MISSING": missing}
    heads, lines = [], []
    for index, (each, setter) in enumerate(zip(fields, setters, strict=True)):
        scope[f"set_{index}"] = setter
        head = value = each.name
        if each.default is not missing:
            scope[f"default_{index}"] = each.default
            head = f"{each.name}=default_{index}"
        elif each.default_factory is not missing:
            scope[f"make_{index}"] = each.default_factory
            head = f"{each.name}=MISSING"
            value = f"make_{index}() if {each.name} is MISSING else {each.name}"
        heads.append(head)
        lines.append(f"    set_{index}(self, {value})")
    body = "\n".join(lines or ["    pass"])
    exec(f"def __init__(self, {', '.join(heads)}):\n{body}", scope)  # of field names alone
    written: Callable[..., None] = scope["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    return written


def show_by(names: Sequence[str]) -> Callable[[Any], str]:
    """Make the text of an instance, with the fields *names*."""

    def text(self: Any) -> str:
        written = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({written})"

    return text


def order_by(values: Callable[[Any], Any]) -> dict[str, Any]:
    """Make the comparisons of a class whose instances are ordered by *values*."""

    def less(self: Any, other: Any) -> bool:
        return values(self) < values(other) if other.__class__ is self.__class__ else NotImplemented

    def less_or_equal(self: Any, other: Any) -> bool:
        same = other.__class__ is self.__class__
        return values(self) <= values(other) if same else NotImplemented

    # Python turns `a > b` into `b < a` by itself.
    return {"__lt__": less, "__le__": less_or_equal}
