"""How long things take, or how many there are: distributions with a mean and a draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Protocol

__all__ = ["Constant", "Distribution", "Exponential", "LogNormal", "Uniform"]


class Distribution(Protocol):
    """Of a number that is never negative."""

    @property
    def mean(self) -> float:
        """The expected value."""
        ...

    def draw(self, random: Random) -> float:
        """Draw one value."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    value: float

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    def draw(self, random: Random) -> float:
        """Give the value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Uniform:
    """Anything from `low` to `high`, each as likely."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    def draw(self, random: Random) -> float:
        """Draw one value."""
        return random.uniform(self.low, self.high)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """The usual shape of latencies: most near the `median`, few much longer.

    `sigma` is the standard deviation of the logarithm; with 0.5, one in forty takes more
    than 2.7 times the median.
    """

    median: float
    sigma: float

    @property
    def mean(self) -> float:
        """The median times exp(sigma² / 2)."""
        return self.median * math.exp(self.sigma**2 / 2)

    def draw(self, random: Random) -> float:
        """Draw one value."""
        return self.median * math.exp(self.sigma * random.gauss(0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory: whatever has passed, the rest takes as long as the whole."""

    average: float

    @property
    def mean(self) -> float:
        """The average."""
        return self.average

    def draw(self, random: Random) -> float:
        """Draw one value."""
        return random.expovariate(1 / self.average) if self.average else 0.0
