"""Read the values of a component's keys; say what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from archonc.diagnostic.codes_import import CONFIG_MISSING_KEY, CONFIG_RANGE, CONFIG_WRONG_VALUE
from archonc.importer.findings import Findings
from archonc.importer.json_tree import (
    JsonMember,
    JsonNumber,
    JsonText,
    JsonWord,
    describe_json,
)
from archonc.source import Span

__all__ = ["MOST_COUNT", "Members"]

MOST_COUNT = 1_000_000_000
"""Largest count that is read; a larger one is a slip of the keyboard."""

_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one component, by key; `kind` is its type, for messages.

    A `null` is a key that is not given, as in the published runner's own reading.
    """

    kind: str
    span: Span
    members: Mapping[str, JsonMember]
    findings: Findings

    def has(self, key: str) -> bool:
        """Tell whether a key is given, and not `null`."""
        member = self.members.get(key)
        return member is not None and not (
            isinstance(member.value, JsonWord) and member.value.value is None
        )

    def text(self, key: str, example: str) -> str | None:
        """Read a text that must be given and that a program can hold."""
        if not self.has(key):
            self.missing(key, f'add `"{key}": "{example}"`')
            return None
        member = self.members[key]
        if not isinstance(member.value, JsonText):
            self._wrong(member, "a text", f'write it in quotes, like `"{example}"`')
            return None
        value = member.value.value
        if len(value) > _LONGEST_TEXT or not (value.isprintable() and value.strip()):
            said = "is empty" if not value.strip() else "is no name"
            self.findings.error(
                CONFIG_WRONG_VALUE,
                f"`{key}` of a `{self.kind}` {said}",
                member.value.span,
                "wants a name",
                helps=(f'give a name on one line, like `"{example}"`',),
            )
            return None
        return value

    def count(self, key: str, meaning: str) -> int | None:
        """Read a whole number from 1, if it is given; *meaning* says why 0 is none."""
        if not self.has(key):
            return None
        member = self.members[key]
        value = member.value
        if not isinstance(value, JsonNumber) or not _is_whole(value.value):
            self._wrong(member, "a whole number", "write it like `5`")
            return None
        if value.value < 1:
            self._out_of_range(key, value, f"and {meaning}", "at least 1")
            return None
        if value.value > MOST_COUNT:
            self._out_of_range(key, value, "more than any program can run", f"at most {MOST_COUNT}")
            return None
        return int(value.value)

    def temperature(self, hottest: Decimal) -> Decimal | None:
        """Read the temperature; one that is out of range becomes the nearest that is in it."""
        if not self.has("temperature"):
            return None
        member = self.members["temperature"]
        value = member.value
        if not isinstance(value, JsonNumber):
            self._wrong(member, "a number", "write it like `0.7`")
            return None
        nearest = min(max(value.value, Decimal(0)), hottest)
        if nearest != value.value:
            self.findings.warn(
                CONFIG_RANGE,
                f"`temperature` is {value.written[:30]}, and the provider takes 0 to {hottest}: "
                f"imported as {nearest}",
                value.span,
                f"imported as {nearest}",
                helps=(f"write a number from 0 to {hottest}",),
            )
        # Six places are more than any provider tells apart, and fit the language's numbers.
        return abs(round(nearest, 6).normalize())

    def flag(self, key: str) -> bool | None:
        """Read `true` or `false`, if it is given."""
        if not self.has(key):
            return None
        member = self.members[key]
        if isinstance(member.value, JsonWord):
            return member.value.value
        self._wrong(member, "`true` or `false`", "write one of them, without quotes")
        return None

    def missing(self, key: str, help_line: str) -> None:
        """Report a key that must be given."""
        self.findings.error(
            CONFIG_MISSING_KEY,
            f"a `{self.kind}` has no `{key}`",
            Span(self.span.start, self.span.start + 1),
            "in this component",
            helps=(help_line,),
        )

    def _out_of_range(self, key: str, value: JsonNumber, why: str, wanted: str) -> None:
        self.findings.error(
            CONFIG_RANGE,
            f"`{key}` of a `{self.kind}` is {value.written[:30]}, {why}",
            value.span,
            f"wants {wanted}",
            helps=(f"write a whole number that is {wanted}",),
        )

    def _wrong(self, member: JsonMember, wanted: str, help_line: str) -> None:
        self.findings.error(
            CONFIG_WRONG_VALUE,
            f"`{member.key[:40]}` of a `{self.kind}` takes {wanted}, "
            f"found {describe_json(member.value)}",
            member.value.span,
            f"wants {wanted}",
            helps=(help_line,),
        )


def _is_whole(number: Decimal) -> bool:
    # The exponent is looked at first: 1e999999999 must not be written out.
    return number.is_finite() and (number.adjusted() > 30 or number == number.to_integral_value())
