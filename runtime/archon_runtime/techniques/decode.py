"""Options of a step as plain JSON values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archon_runtime.errors import PlanInvalid
from archon_runtime.techniques.base import Check, Keep, Option, OptionKind, Technique, options_of

__all__ = ["decode_options", "encode_options"]


def encode_options(options: Any) -> dict[str, object]:
    """Write options as JSON values, defaults included, in the order of declaration.

    `Keep` is a number, or `{"keep": 5, "up_to": true}`; `Check` is `{"command": […]}`
    or `{"file": …, "function": …}`. An option that is not given is left out.
    """
    encoded = {
        each.name: _encode(getattr(options, each.name)) for each in options_of(type(options))
    }
    return {name: value for name, value in encoded.items() if value is not None}


def _encode(value: object) -> object:
    match value:
        case Keep(count=count, up_to=up_to):
            return {"keep": count, "up_to": True} if up_to else count
        case Check(command=command) if command:
            return {"command": list(command)}
        case Check(file=file, function=function):
            return {"file": file, "function": function}
        case _:
            return value


def decode_options(technique: type[Technique[Any]], raw: Mapping[str, object]) -> Any:
    """Read the options of a step of *technique*.

    Raises:
        PlanInvalid: an option is unknown, missing, of another type or out of range.
    """
    options = {each.name: each for each in options_of(technique.options_type)}
    for name in raw:
        if name not in options:
            raise PlanInvalid(f"`{technique.name}` has no option `{name}`")
    for name, option in options.items():
        if option.required and name not in raw:
            raise PlanInvalid(f"`{technique.name}` needs the option `{name}`")
    made = technique.options_type(
        **{name: _decode(options[name], value, technique.name) for name, value in raw.items()}
    )
    for problem in technique(made).option_problems():
        raise PlanInvalid(f"option `{problem.option}`: {problem.message}", help=problem.help or "")
    return made


def _decode(option: Option, value: object, technique: str) -> object:
    read: object
    match option.kind:
        case OptionKind.COUNT:
            read = _in_range(option, _whole(value))
        case OptionKind.DURATION:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            read = _in_range(option, float(value)) if number else None  # type: ignore[arg-type]
        case OptionKind.KEEP:
            read = _keep(option, value)
        case OptionKind.FLAG:
            read = value if isinstance(value, bool) else None
        case OptionKind.TEXT:
            read = value if isinstance(value, str) else None
        case OptionKind.WORD:
            read = value if value in option.words else None
        case OptionKind.CHECK:
            read = _check(value)
    if read is None:
        raise PlanInvalid(
            f"option `{option.name}` of `{technique}` must be {option.kind}{_limits(option)}, "
            f"it is {value!r}"
        )
    return read


def _limits(option: Option) -> str:
    words = f" ({', '.join(option.words)})" if option.words else ""
    low = "" if option.low is None else f", at least {option.low}"
    high = "" if option.high is None else f", at most {option.high}"
    return words + low + high


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _in_range(option: Option, value: float | None) -> float | None:
    if value is None or (option.low is not None and value < option.low):
        return None
    return None if option.high is not None and value > option.high else value


def _keep(option: Option, value: object) -> Keep | None:
    up_to = False
    if isinstance(value, Mapping):
        if set(value) != {"keep", "up_to"} or not isinstance(value["up_to"], bool):
            return None
        up_to, value = value["up_to"], value["keep"]
    count = _whole(value)
    in_range = count is not None and _in_range(option, count) is not None
    return Keep(count, up_to) if in_range and count is not None else None


def _check(value: object) -> Check | None:
    if not isinstance(value, Mapping):
        return None
    command, file, function = (value.get(each) for each in ("command", "file", "function"))
    if set(value) == {"command"} and isinstance(command, list) and command and command[0]:
        texts = tuple(each for each in command if isinstance(each, str))
        return Check(command=texts) if len(texts) == len(command) else None
    if set(value) == {"file", "function"} and isinstance(file, str) and isinstance(function, str):
        return Check(file=file, function=function) if file and function.isidentifier() else None
    return None
