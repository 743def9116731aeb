"""Read what the options of `archonc simulate` are given: `50/s`, `1h`, `lognormal(1.2s, 0.5)`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping

from archon_runtime.capacity.distribution import (
    Constant,
    Distribution,
    Exponential,
    LogNormal,
    Uniform,
)
from archon_runtime.capacity.load import ModelLoad
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.diagnostic.suggest import suggest
from archonc.source import Source, Span
from archonc.syntax.nodes import Number
from archonc.syntax.numbers import read_number

__all__ = [
    "WrongQuantity",
    "read_count",
    "read_distribution",
    "read_model",
    "read_rate",
    "read_seconds",
    "read_share",
]

_NUMBER = re.compile(r"\$?[0-9]+(?:\.[0-9]+)?[a-zA-Z/%]*")
_CALL = re.compile(r"\s*([a-z_]+)\s*\((.*)\)\s*")
_SHAPES = ("constant", "uniform", "lognormal", "exponential")
_SECONDS: Mapping[str, float] = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
_PER_SECOND: Mapping[str, float] = {"/s": 1.0, "/min": 60.0, "/h": 3600.0}
_TIMES: Mapping[str, float] = {"": 1.0, "k": 1000.0, "M": 1_000_000.0}
_SETTINGS = ("latency", "errors", "limit", "tokens")


class WrongQuantity(argparse.ArgumentTypeError):
    """What was written is not what an option takes; the message says what it takes."""


def read_seconds(text: str) -> float:
    """Read a duration: `500ms`, `1.2s`, `10min`, `1h`."""
    return _read(text, _SECONDS, "a duration such as `1.2s` or `1h`")


def read_rate(text: str) -> float:
    """Read a rate, per second: `50/s`, `600/min`; 0 is none."""
    number = _number(text, "a rate such as `50/s` or `600/min`")
    if number.unit not in _PER_SECOND or not number.value:
        raise WrongQuantity(f"`{text}` is not a rate such as `50/s` or `600/min`")
    return float(number.value) / _PER_SECOND[number.unit]


def read_share(text: str) -> float:
    """Read a share: `2%` or `0.02`."""
    number = _number(text, "a share such as `2%`")
    share = float(number.value) / (100.0 if number.unit == "%" else 1.0)
    if number.unit not in {"", "%"} or share > 1.0:
        raise WrongQuantity(f"`{text}` is not a share such as `2%`, from 0% to 100%")
    return share


def read_count(text: str) -> float:
    """Read how many: `300`, `2k`."""
    return _read(text, _TIMES, "a number such as `300` or `2k`")


def read_distribution(text: str, unit: str = "duration") -> Distribution:
    """Read a distribution of durations, or with another *unit* of numbers.

    A plain value is constant; `lognormal(median, sigma)`, `uniform(low, high)`,
    `exponential(mean)`.
    """
    read = read_seconds if unit == "duration" else read_count
    call = _CALL.fullmatch(text)
    if call is None:
        return Constant(read(text.strip()))
    shape, given = call[1], [each.strip() for each in call[2].split(",")]
    match shape, given:
        case "constant", [value]:
            return Constant(read(value))
        case "uniform", [low, high] if read(low) <= read(high):
            return Uniform(read(low), read(high))
        case "exponential", [mean]:
            return Exponential(read(mean))
        case "lognormal", [median, sigma]:
            return LogNormal(read(median), read_count(sigma))
        case _:
            near = suggest(shape, _SHAPES) if shape not in _SHAPES else None
            hint = f"; did you mean `{near}`?" if near else "."
            raise WrongQuantity(
                f"`{text}` is no distribution{hint} There are `constant(v)`, "
                "`uniform(low, high)`, `lognormal(median, sigma)` and `exponential(mean)`"
            )


def read_model(text: str) -> tuple[str, ModelLoad]:
    """Read `NAME:latency=lognormal(2s, 0.5),errors=5%,limit=60/min`."""
    name, colon, rest = text.partition(":")
    # A comma within brackets belongs to a distribution.
    given = [each for each in re.split(r",(?![^(]*\))", rest) if each.strip()]
    if not (name and colon and given):
        raise WrongQuantity(f"`{text}` is not like `NAME:latency=2s,errors=5%,limit=60/min`")
    settings: dict[str, str] = {}
    for each in given:
        key, equals, value = (part.strip() for part in each.partition("="))
        if key not in _SETTINGS or not equals:
            near = suggest(key, _SETTINGS)
            hint = f"; did you mean `{near}`?" if near else "."
            raise WrongQuantity(
                f"`{each.strip()}` sets nothing of a model{hint} There are "
                + ", ".join(f"`{setting}=`" for setting in _SETTINGS)
            )
        settings[key] = value
    return name.strip(), ModelLoad(
        latency_s=read_distribution(settings["latency"]) if "latency" in settings else None,
        errors=read_share(settings["errors"]) if "errors" in settings else None,
        limit_per_s=read_rate(settings["limit"]) if "limit" in settings else None,
        tokens=read_distribution(settings["tokens"], "tokens") if "tokens" in settings else None,
    )


def _read(text: str, units: Mapping[str, float], what: str) -> float:
    number = _number(text, what)
    if number.unit not in units:
        raise WrongQuantity(f"`{text}` is not {what}")
    return float(number.value) * units[number.unit]


def _number(text: str, what: str) -> Number:
    if not _NUMBER.fullmatch(text):
        raise WrongQuantity(f"`{text}` is not {what}")
    sink = DiagnosticSink(Source("", text))
    number = read_number(text, Span(0, len(text)), sink)
    for wrong in sink.diagnostics:
        raise WrongQuantity("; ".join((wrong.message, *wrong.helps)))
    return number
