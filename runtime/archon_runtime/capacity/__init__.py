"""Capacity planning: a plan under load, on virtual time, with the real engine.

Questions arrive at random at a given rate, whether earlier ones are answered or not (an open
loop), and simulated providers answer them. Needs trio, for its clock that jumps.
"""

from __future__ import annotations

from archon_runtime.capacity.distribution import (
    Constant,
    Distribution,
    Exponential,
    LogNormal,
    Uniform,
)
from archon_runtime.capacity.load import Load, ModelLoad
from archon_runtime.capacity.report import Capacity, Limit
from archon_runtime.capacity.simulate import simulate

__all__ = [
    "Capacity",
    "Constant",
    "Distribution",
    "Exponential",
    "Limit",
    "Load",
    "LogNormal",
    "ModelLoad",
    "Uniform",
    "simulate",
]
