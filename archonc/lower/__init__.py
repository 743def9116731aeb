"""The last pass: from a typed architecture to a plan."""

from __future__ import annotations

from archonc.lower.files import FileReader, read_files, read_in
from archonc.lower.lowering import lower

__all__ = ["FileReader", "lower", "read_files", "read_in"]
