"""Counts over time: how much is under way on average, and how many begin in a while."""

from __future__ import annotations

__all__ = ["Meter"]


class Meter:
    """Counts what is under way. Times are in seconds from the start; they never go back.

    Only what lies before *until_s* is counted into averages: afterwards nothing new comes.
    """

    def __init__(self, until_s: float) -> None:
        self.until_s = until_s
        self.active = 0
        self.most = 0
        self.begun = 0
        self.begun_in_time = 0
        self._area = 0.0
        self._changed_s = 0.0

    def begin(self, now_s: float) -> None:
        """Count one in."""
        self._move(now_s)
        self.active += 1
        self.most = max(self.most, self.active)
        self.begun += 1
        self.begun_in_time += now_s <= self.until_s

    def end(self, now_s: float) -> None:
        """Count one out."""
        self._move(now_s)
        self.active -= 1

    def mean(self, length_s: float) -> float:
        """Tell how many were under way on average in the first *length_s*, of those counted."""
        self._move(length_s)
        return self._area / length_s if length_s else 0.0

    def _move(self, now_s: float) -> None:
        to_s = min(now_s, self.until_s)
        if to_s > self._changed_s:
            self._area += self.active * (to_s - self._changed_s)
            self._changed_s = to_s
