"""From an architecture with parameters and holes to architectures without: by substitution.

Everything that fills something in goes through `expand`: arguments of components,
`--set`, the points that the checker tries, and the search.
"""

from __future__ import annotations

from archonc.expand.expansion import Chooser, expand
from archonc.expand.hole import Hole, HoleKind
from archonc.expand.points import (
    MOST_COUNTED,
    Choice,
    Point,
    Space,
    count_points,
    enumerate_points,
    sample_points,
)
from archonc.expand.sites import find_sites

__all__ = [
    "MOST_COUNTED",
    "Choice",
    "Chooser",
    "Hole",
    "HoleKind",
    "Point",
    "Space",
    "count_points",
    "enumerate_points",
    "expand",
    "find_sites",
    "sample_points",
]
