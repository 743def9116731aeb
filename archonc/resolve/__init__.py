"""The second pass: from an AST to names bound."""

from __future__ import annotations

from archonc.resolve.resolver import resolve
from archonc.resolve.symbols import Resolved

__all__ = ["Resolved", "resolve"]
