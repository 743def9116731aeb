"""The keys of one provider: which one goes with a request, and which ones rest.

Keys are in here and nowhere else: what leaves is the name of a variable, or a header's
value on its way into a request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import anyio

from archon_runtime.errors import KeyMissing, KeyRefused, ProviderError, ProviderRateLimited
from archon_runtime.providers.hide import hide_keys

__all__ = ["KeyRing", "TakenKey", "read_keys"]

_LIMITED_S = (1.0, 60.0)
_REFUSED_S = (60.0, 3600.0)
"""First rest and longest rest of a key that met a rate limit, or that was refused."""

_ALL = ""
"""Stands for all models: some failures say something of a key, some of it and a model."""


def _no_wait(_: int) -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class TakenKey:
    """A key as others may see it: the variable it came from. `turn` counts what is taken.

    Where there are no keys this is key 0, without a variable.
    """

    index: int
    variable: str
    turn: int


@dataclass(frozen=True, slots=True)
class _Rest:
    """Until when a key rests, and why. Those taken before `turn` failed together."""

    turn: int
    until_s: float
    failures: int
    refused: bool


class KeyRing:
    """Gives the keys of a provider in turn, and lets those rest that met a limit or a refusal.

    *keys* are variables with their values. A ring without keys is for servers that want none.

    Source: specs/runtime.md, rule C13.
    """

    def __init__(self, keys: Sequence[tuple[str, str]] = (), *, random: Random | None = None):
        self.variables = tuple(variable for variable, _ in keys)
        self._values = tuple(value for _, value in keys)
        # Of the machine: two programs that share a key must not wake up together.
        self._random = random or Random()
        self._rests: dict[tuple[int, str], _Rest] = {}
        self._next = 0
        self._turn = 0

    def __repr__(self) -> str:
        """Name the variables; a key is never shown."""
        return f"KeyRing({', '.join(self.variables)})"

    def take(self, model: str, wait_s: Callable[[int], float] = _no_wait) -> TakenKey:
        """Give the next key that may be used now, else the one that may be used first.

        *wait_s* tells how long a key must wait for other reasons.

        Raises:
            KeyRefused: every key was refused not long ago.
        """
        count = max(1, len(self._values))
        self._turn += 1
        if count == 1 and not self._rests:
            return self._taken(0)
        now = anyio.current_time()
        order = [(self._next + offset) % count for offset in range(count)]
        usable = [each for each in order if not self._is_refused(each, model, now)]
        if not usable:
            raise self._all_refused()
        chosen = min(usable, key=lambda each: max(self._rest_s(each, model, now), wait_s(each)))
        self._next = (chosen + 1) % count
        return self._taken(chosen)

    def _taken(self, index: int) -> TakenKey:
        return TakenKey(index, self.variables[index] if self._values else "", self._turn)

    @property
    def some_rest(self) -> bool:
        """Tell whether a key rests, or did and was not used since."""
        return bool(self._rests)

    def value(self, key: TakenKey) -> str:
        """Tell the key itself: for the header of a request, and for nothing else."""
        return self._values[key.index] if self._values else ""

    def hide(self, raw: bytes) -> bytes:
        """Take all keys out of a reply that repeats one, before any of it is shown or kept."""
        return hide_keys(raw, self._values)

    def ready_in_s(self, model: str, wait_s: Callable[[int], float] = _no_wait) -> float:
        """Tell how long until a key may be used for *model*.

        Raises:
            KeyRefused: every key was refused not long ago.
        """
        count = max(1, len(self._values))
        if not self._rests:
            return min(map(wait_s, range(count)))
        now = anyio.current_time()
        usable = [i for i in range(count) if not self._is_refused(i, model, now)]
        if not usable:
            raise self._all_refused()
        return min(max(self._rest_s(each, model, now), wait_s(each)) for each in usable)

    def worked(self, key: TakenKey, model: str) -> None:
        """Forget the failures of a key that was accepted."""
        if self._rests:
            self._forget((key.index, _ALL), key)
            self._forget((key.index, model), key)

    def judge(self, error: ProviderError, key: TakenKey, model: str) -> None:
        """Let *key* rest after a rate limit or a refusal; tell the error what is left.

        A refusal of a model (403) and a rate limit say nothing of the key's other models.
        """
        if not self._values and not isinstance(error, ProviderRateLimited):
            return
        if isinstance(error, KeyRefused):
            place = (key.index, model if error.of_model else _ALL)
            self._let_rest(place, key, error, _REFUSED_S, refused=True)
        elif isinstance(error, ProviderRateLimited):
            self._let_rest((key.index, model), key, error, _LIMITED_S, refused=False)
        else:
            return
        now = anyio.current_time()
        others = [i for i in range(len(self._values)) if i != key.index]
        if any(self._rest_s(each, model, now) <= 0 for each in others):
            error.other_keys = len(others)
            return
        usable = [each for each in others if not self._is_refused(each, model, now)]
        waits = [self._rest_s(each, model, now) for each in usable]
        if isinstance(error, ProviderRateLimited):
            own_s = error.retry_after_s
            waits.append(self._rest_s(key.index, model, now) if own_s is None else own_s)
        elif not usable and len(self.variables) > 1:
            error.help = self._help()
        error.retry_after_s = min(waits, default=None)

    def _let_rest(
        self,
        place: tuple[int, str],
        key: TakenKey,
        error: ProviderError,
        rests_s: tuple[float, float],
        *,
        refused: bool,
    ) -> None:
        now = anyio.current_time()
        before = self._rests.get(place)
        failures = 0 if before is None else before.failures
        rest_s = error.retry_after_s
        # Requests that were under way together failed together: that is one failure.
        if before is None or key.turn > before.turn:
            first_s, longest_s = rests_s
            most_s = min(longest_s, first_s * 2.0 ** min(failures, 20))
            rest_s = self._random.uniform(0.0, most_s) if rest_s is None else rest_s
            failures += 1
        until_s = max(now + (rest_s or 0.0), before.until_s if before else 0.0)
        self._rests[place] = _Rest(self._turn, until_s, failures, refused)

    def _forget(self, place: tuple[int, str], key: TakenKey) -> None:
        rest = self._rests.get(place)
        if rest is not None and key.turn > rest.turn:
            del self._rests[place]

    def _rest_s(self, index: int, model: str, now: float) -> float:
        rests = (self._rests.get((index, _ALL)), self._rests.get((index, model)))
        return max((rest.until_s - now for rest in rests if rest is not None), default=0.0)

    def _is_refused(self, index: int, model: str, now: float) -> bool:
        rests = (self._rests.get((index, _ALL)), self._rests.get((index, model)))
        return any(rest is not None and rest.refused and rest.until_s > now for rest in rests)

    def _all_refused(self) -> KeyRefused:
        named = " and ".join(f"`{each}`" for each in self.variables)
        return KeyRefused(f"the key in {named} was refused", help=self._help())

    def _help(self) -> str:
        named = ", ".join(f"`{each}`" for each in self.variables)
        several = (
            "keys in the environment variables"
            if len(self.variables) > 1
            else ("key in the environment variable")
        )
        return f"check the {several} {named}"


def read_keys(
    variable: str, environ: Mapping[str, str], *, place: str, required: bool
) -> tuple[tuple[str, str], ...]:
    """Read the key in *variable* and those in `VARIABLE_2`, `VARIABLE_3`, …, in this order.

    A key that is there twice counts once.

    Raises:
        KeyMissing: a key is required and there is none, or one is not printable ASCII.
    """
    keys: dict[str, str] = {}
    for name in _names(variable, environ):
        key = environ.get(name, "").strip()
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise KeyMissing(
                f"the environment variable `{name}` holds something that is not a key",
                place=place,
                help="a key is printable ASCII without spaces; set it again",
            )
        if key:
            keys.setdefault(key, name)
    if not keys and required:
        raise KeyMissing(
            f"the environment variable `{variable}` is not set, and it should hold the key",
            place=place,
            help=f"run `export {variable}=…` with your key, in the shell that starts the run",
        )
    return tuple((name, key) for key, name in keys.items())


def _names(variable: str, environ: Mapping[str, str]) -> list[str]:
    if not variable:
        return []
    numbered = re.compile(re.escape(variable) + r"_([1-9][0-9]{0,5})")
    found = [match for match in map(numbered.fullmatch, environ) if match is not None]
    return [variable, *(m.group() for m in sorted(found, key=lambda m: int(m.group(1))))]
