"""From the arguments of a component to a technique with typed options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from archon_runtime.techniques.base import (
    Check,
    Keep,
    Option,
    OptionKind,
    Technique,
    options_of,
)
from archon_runtime.techniques.problem import OptionProblem
from archonc.diagnostic.codes_check import CONFLICTING_OPTIONS, INVALID_VALUE
from archonc.diagnostic.diagnostic import Label
from archonc.resolve.arguments import match_arguments, need
from archonc.resolve.values import ValueReader
from archonc.syntax.nodes import Argument, Call, Expr, Text

__all__ = ["match_options", "read_technique"]


def match_options(
    technique: type[Technique[Any]], arguments: Sequence[Argument], values: ValueReader
) -> dict[str, Argument]:
    """Give each argument (the model left out) the option that it is for."""
    options = options_of(technique.options_type)
    known = [option.name for option in options]
    if technique.default_prompt is not None:
        known.append("prompt")
    positional = [option.name for option in options if option.positional]
    return match_arguments(
        arguments, known, values.sink, owner=f"`{technique.name}`", positional=positional
    )


def read_technique(
    technique: type[Technique[Any]],
    call: Call,
    matched: Mapping[str, Argument],
    values: ValueReader,
) -> Technique[Any] | None:
    """Read the options; None if one is wrong or missing, which is then reported."""
    good: dict[str, object] = {}
    sound = True
    for option in options_of(technique.options_type):
        if option.name in matched:
            value = _read(option, matched[option.name].value, values)
            sound = sound and value is not None
            good[option.name] = value
        elif option.required:
            help_line = (
                f"give it {option.kind}: {option.doc[0].lower()}{option.doc[1:].rstrip('.')}"
            )
            owner = f"`{technique.name}`"
            need(option.name, matched, values.sink, call.callee.span, owner, help_line)
            sound = False
    if not sound:
        return None
    made = technique(technique.options_type(**good))
    problems = made.option_problems()
    for problem in problems:
        _report(problem, call, matched, values)
    return None if problems else made


def _report(
    problem: OptionProblem, call: Call, matched: Mapping[str, Argument], values: ValueReader
) -> None:
    argument, other = (matched.get(name or "") for name in (problem.option, problem.excluded_by))
    values.sink.error(
        CONFLICTING_OPTIONS if problem.excluded_by else INVALID_VALUE,
        problem.message,
        call.callee.span if argument is None else argument.value.span,
        "one of two" if problem.excluded_by else "cannot be used",
        secondary=(Label(other.value.span, "the other"),) if other else (),
        helps=(problem.help,) if problem.help else (),
    )


def _read(option: Option, value: Expr, values: ValueReader) -> object | None:
    name = option.name
    match option.kind:
        case OptionKind.COUNT:
            return values.count(name, value, low=option.low, high=option.high)
        case OptionKind.KEEP:
            return _read_keep(option, value, values)
        case OptionKind.FLAG:
            return values.flag(name, value)
        case OptionKind.TEXT:
            return values.text(name, value)
        case OptionKind.WORD:
            return values.word(name, value, option.words)
        case OptionKind.DURATION:
            return values.duration(name, value, low=option.low, high=option.high)
        case OptionKind.CHECK:
            return _read_check(name, value, values)


def _read_keep(option: Option, value: Expr, values: ValueReader) -> Keep | None:
    up_to = False
    if isinstance(value, Call) and value.callee.text == "up_to":
        if len(value.arguments) != 1 or value.arguments[0].name is not None:
            values.wrong_type(option.name, value, "`up_to` with one number", "write `up_to(5)`")
            return None
        up_to, value = True, value.arguments[0].value
    elif isinstance(value, Call):
        values.wrong_type(option.name, value, str(OptionKind.KEEP))
        return None
    count = values.count(option.name, value, low=option.low, high=option.high)
    return None if count is None else Keep(count, up_to)


def _read_check(name: str, value: Expr, values: ValueReader) -> Check | None:
    texts = _texts_of(value)
    if texts is not None and isinstance(value, Call):
        if value.callee.text == "command" and texts and texts[0]:
            return Check(command=texts)
        if value.callee.text == "python" and len(texts) == 1:
            return _read_function(name, value, texts[0], values)
    help_line = 'write `python("checks.py:good")`, or `command("prog", "argument")`'
    values.wrong_type(name, value, str(OptionKind.CHECK), help_line)
    return None


def _read_function(name: str, value: Call, text: str, values: ValueReader) -> Check | None:
    path, colon, function = text.rpartition(":")
    if not colon or not path or not function.isidentifier():
        help_line = 'write a file and a function of it: `python("checks.py:good")`'
        values.wrong_type(name, value, '`python("file.py:function")`', help_line)
        return None
    return Check(file=str(PurePosixPath(path)), function=function)


def _texts_of(value: Expr) -> tuple[str, ...] | None:
    if not isinstance(value, Call):
        return None
    texts = tuple(
        argument.value.value
        for argument in value.arguments
        if argument.name is None and isinstance(argument.value, Text)
    )
    return texts if len(texts) == len(value.arguments) else None
