"""The third pass: from names bound to typed architectures."""

from __future__ import annotations

from archonc.check.checker import check
from archonc.check.typed import Assumptions, Checked, CheckedArchitecture

__all__ = ["Assumptions", "Checked", "CheckedArchitecture", "check"]
