"""Read a provider's options out of a plan; a plan can be edited, so types are checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NoReturn

from archon_runtime.errors import PlanInvalid
from archon_runtime.providers.kinds import ProviderKind

__all__ = ["OptionReader"]


class OptionReader:
    """Reads the options of one provider. Durations are seconds, rates are per second."""

    def __init__(self, name: str, kind: ProviderKind, options: Mapping[str, object]) -> None:
        self._place = f"providers/{name}"
        self._options = options
        known = [option.name for option in kind.options]
        for option in options:
            if option not in known:
                raise PlanInvalid(
                    f"a `{kind.name}` provider has no option `{option}`",
                    place=self._place,
                    help=f"it has {', '.join(f'`{each}`' for each in known)}",
                )
        for declared in kind.options:
            if declared.required and declared.name not in options:
                raise PlanInvalid(f"the option `{declared.name}` is missing", place=self._place)

    def count(self, option: str, default: int, *, low: int = 1) -> int:
        """Read a whole number from *low* up."""
        value = self._options.get(option, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            self._refuse(option, f"a whole number from {low}")
        return value

    def positive(self, option: str, default: float | None) -> float | None:
        """Read a finite number above 0."""
        value = self._options.get(option)
        if value is None:
            return default
        number = self._number(option, "a number above 0", value)
        if number <= 0:
            self._refuse(option, "a number above 0")
        return number

    def seconds(self, option: str, default: float) -> float:
        """Read a duration that may be 0."""
        number = self._number(option, "a duration", self._options.get(option, default))
        if number < 0:
            self._refuse(option, "a duration")
        return number

    def share(self, option: str, default: float) -> float:
        """Read a number from 0 to 1."""
        number = self._number(option, "a share from 0 to 1", self._options.get(option, default))
        if not 0 <= number <= 1:
            self._refuse(option, "a share from 0 to 1")
        return number

    def text(self, option: str) -> str | None:
        """Read a text that is not empty, if it is there."""
        value = self._options.get(option)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self._refuse(option, "a text")
        return value.strip()

    def variable(self, option: str) -> str | None:
        """Read the name of an environment variable, written `{"env": "NAME"}`."""
        value = self._options.get(option)
        if value is None:
            return None
        variable = value.get("env") if isinstance(value, Mapping) else None
        if not isinstance(variable, str) or not variable:
            self._refuse(option, '`{"env": "NAME"}`')
        return variable

    def skills(self, option: str) -> dict[str, dict[str, float]]:
        """Read a record of records of shares: model, technique, skill."""
        value = self._options.get(option, {})
        wanted = "a record of records of shares"
        if not isinstance(value, Mapping):
            self._refuse(option, wanted)
        skills: dict[str, dict[str, float]] = {}
        for model, of_roles in value.items():
            if not isinstance(of_roles, Mapping):
                self._refuse(option, wanted)
            skills[model] = {role: self._number(option, wanted, s) for role, s in of_roles.items()}
            if not all(0 <= skill <= 1 for skill in skills[model].values()):
                self._refuse(option, wanted)
        return skills

    def _number(self, option: str, wanted: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool):
            self._refuse(option, wanted)
        number = float(value)
        if not math.isfinite(number):
            self._refuse(option, wanted)
        return number

    def _refuse(self, option: str, wanted: str) -> NoReturn:
        # The value is not shown: who writes a key where a name belongs finds it in no log.
        raise PlanInvalid(f"the option `{option}` must be {wanted}", place=self._place)
