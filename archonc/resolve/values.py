"""Read values of the AST as numbers, texts, durations and so on; say what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from archonc.diagnostic.codes_check import (
    LITERAL_SECRET,
    WRONG_TYPE,
)
from archonc.diagnostic.diagnostic import Edit
from archonc.diagnostic.suggest import suggest
from archonc.resolve.arguments import match_arguments
from archonc.resolve.reports import ValueReports
from archonc.syntax.nodes import (
    Bool,
    Call,
    Expr,
    ListExpr,
    Number,
    Record,
    Reference,
    Text,
)

__all__ = ["ValueReader"]

_SCALES = {"": Decimal(1), "k": Decimal(1_000), "M": Decimal(1_000_000)}
_SECONDS = {"ms": Decimal("0.001"), "s": Decimal(1), "min": Decimal(60), "h": Decimal(3600)}
_RATES = {"/s": Decimal(1), "/min": Decimal(60), "/h": Decimal(3600)}


class ValueReader(ValueReports):
    """Reads values: each method gives None if the value is wrong, after it has said so."""

    __slots__ = ()

    def count(
        self, name: str, value: Expr, *, low: int | None = None, high: int | None = None
    ) -> int | None:
        """Read a whole number: `5`, `2k`, `1.5M`."""
        number = self._scaled(value)
        if number is None or number != number.to_integral_value():
            self.wrong_type(name, value, "a whole number", "write it like `5` or `2k`")
            return None
        return int(number) if self.in_range(name, value.span, number, low, high) else None

    def number(
        self, name: str, value: Expr, *, low: float | None = None, high: float | None = None
    ) -> float | None:
        """Read a number without a unit."""
        number = self._scaled(value)
        if number is None:
            self.wrong_type(name, value, "a number", "write it like `0.7`")
            return None
        return float(number) if self.in_range(name, value.span, number, low, high) else None

    def _scaled(self, value: Expr) -> Decimal | None:
        if isinstance(value, Number) and value.unit in _SCALES:
            return value.value * _SCALES[value.unit]
        return None

    def share(self, name: str, value: Expr) -> float | None:
        """Read a share from 0 to 1: `0.2` or `20%`."""
        if not isinstance(value, Number) or value.unit not in {"", "%"}:
            self.wrong_type(name, value, "a share from 0 to 1", "write it like `0.2` or `20%`")
            return None
        number = value.value / 100 if value.unit == "%" else value.value
        return float(number) if self.in_range(name, value.span, number, 0, 1) else None

    def money(self, name: str, value: Expr) -> Decimal | None:
        """Read an amount of dollars: `$0.25`."""
        if isinstance(value, Number) and value.unit == "":
            help_line = f"write `${value.text}`"
            edits = (Edit(value.span, f"${value.text}"),)
            self.wrong_type(name, value, "an amount of dollars", help_line, edits)
            return None
        if not isinstance(value, Number) or value.unit != "$":
            self.wrong_type(name, value, "an amount of dollars", "write it like `$0.25`")
            return None
        return value.value if self.in_range(name, value.span, value.value, 0, None) else None

    def duration(
        self, name: str, value: Expr, *, low: int | None = None, high: int | None = None
    ) -> float | None:
        """Read a duration in seconds: `90s`, `2min`."""
        if not isinstance(value, Number) or value.unit not in _SECONDS:
            self.wrong_type(name, value, "a duration", "write it like `90s` or `2min`")
            return None
        seconds = value.value * _SECONDS[value.unit]
        if seconds <= 0 or (low is not None and seconds < low):
            self.out_of_range(name, value.span, value.text, f"at least `{low or 0.001:g}s`")
            return None
        if high is not None and seconds > high:
            self.out_of_range(name, value.span, value.text, f"at most `{high}s`")
            return None
        return float(seconds)

    def rate(self, name: str, value: Expr) -> float | None:
        """Read a rate per second: `600/min`."""
        if not isinstance(value, Number) or value.unit not in _RATES:
            self.wrong_type(name, value, "a rate", "write it like `600/min`")
            return None
        number = value.value / _RATES[value.unit]
        if number <= 0:
            self.out_of_range(name, value.span, value.text, "more than 0")
            return None
        return float(number)

    def text(self, name: str, value: Expr) -> str | None:
        """Read a text."""
        if isinstance(value, Text):
            return value.value
        help_line = None
        edits: tuple[Edit, ...] = ()
        if isinstance(value, Reference) and not self.is_silent(value):
            help_line = f'write `"{value.text}"` with quotes'
            edits = (Edit(value.span, f'"{value.text}"'),)
        self.wrong_type(name, value, "a text", help_line, edits)
        return None

    def texts(self, name: str, value: Expr) -> tuple[str, ...] | None:
        """Read a text or a list of texts."""
        if isinstance(value, Text):
            return (value.value,)
        if not isinstance(value, ListExpr):
            self.wrong_type(name, value, "a text or a list of texts")
            return None
        read = [self.text(name, item) for item in value.items]
        return None if None in read else tuple(each for each in read if each is not None)

    def flag(self, name: str, value: Expr) -> bool | None:
        """Read `true` or `false`."""
        if isinstance(value, Bool):
            return value.value
        self.wrong_type(name, value, "`true` or `false`", "write one of them, without quotes")
        return None

    def word(self, name: str, value: Expr, words: Sequence[str]) -> str | None:
        """Read one of some bare words."""
        *most, last = [f"`{word}`" for word in words]
        listed = f"{', '.join(most)} or {last}"
        if isinstance(value, Text) and value.value in words:
            edits: tuple[Edit, ...] = (Edit(value.span, value.value),)
            self.wrong_type(name, value, listed, f"write `{value.value}` without quotes", edits)
            return None
        if not isinstance(value, Reference) or self.is_silent(value):
            self.wrong_type(name, value, listed)
            return None
        if value.text in words:
            return value.text
        near = suggest(value.text, words)
        helps = (f"did you mean `{near}`?" if near else f"write {listed}",)
        edits = (Edit(value.span, near),) if near else ()
        message = f"`{name}` is {listed}, found `{value.text}`"
        self.sink.error(WRONG_TYPE, message, value.span, "no such word", helps=helps, edits=edits)
        return None

    def secret(self, name: str, value: Expr) -> dict[str, object] | None:
        """Read `env("NAME")`; the secret itself must never be in a program."""
        if isinstance(value, Text):
            self.sink.hide(value.span)
            self.sink.error(
                LITERAL_SECRET,
                f"`{name}` holds a secret, and a program never does",
                value.span,
                "anyone who reads the file reads this",
                helps=(
                    'write `env("NAME")` with the name of the environment variable that has it',
                    "if this is a real key, withdraw it: it may be in backups and histories",
                ),
            )
            return None
        match value:
            case Call(arguments=(argument,)) if (
                value.callee.text == "env" and argument.name is None
            ):
                if isinstance(argument.value, Text) and argument.value.value:
                    return {"env": argument.value.value}
        help_line = "name the environment variable that holds it, in quotes"
        self.wrong_type(name, value, '`env("NAME")`', help_line)
        return None

    def json(self, name: str, value: Expr) -> object | None:
        """Read a value as JSON: numbers, texts, flags, lists and records of them."""
        match value:
            case Text() | Bool():
                return value.value
            case Number() if value.unit in _SCALES:
                number = value.value * _SCALES[value.unit]
                return int(number) if number == number.to_integral_value() else float(number)
            case ListExpr():
                items = [self.json(name, item) for item in value.items]
                return None if None in items else items
            case Record():
                known = [field.name.text for field in value.fields if field.name is not None]
                owner = f"`{name}`"
                matched = match_arguments(value.fields, known, self.sink, owner=owner)
                fields = {key: self.json(f"{name}.{key}", matched[key].value) for key in matched}
                sound = len(fields) == len(value.fields) and None not in fields.values()
                return fields if sound else None
            case _:
                self.wrong_type(name, value, "a number, a text, a list or a record")
                return None

    def record(self, name: str, value: Expr) -> dict[str, object] | None:
        """Read a record as a JSON object."""
        if not isinstance(value, Record):
            self.wrong_type(name, value, "a record")
            return None
        read = self.json(name, value)
        return read if isinstance(read, dict) else None
