"""The pass between syntax and names: from a program to it and all that it imports."""

from __future__ import annotations

from archonc.load.loader import load
from archonc.load.module import Module

__all__ = ["Module", "load"]
