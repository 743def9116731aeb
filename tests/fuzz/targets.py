"""All targets, by name."""

from __future__ import annotations

from tests.fuzz import checking, formatting, importing, loading, setting
from tests.fuzz.target import Target

__all__ = ["TARGETS"]

TARGETS: dict[str, Target] = {
    each.TARGET.name: each.TARGET for each in (checking, formatting, importing, loading, setting)
}
