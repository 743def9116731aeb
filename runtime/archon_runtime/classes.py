"""`dataclass` and its functions, as `archonc check` can afford them.

To a type checker they are the standard library's. At run time they are their light
twins: a check defines over a hundred classes, and takes no longer than a few times
`python -c pass`. A module that is not on the way of a check may use `dataclasses`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import MISSING, Field, dataclass, field, fields, replace
else:
    from archon_runtime.light_classes import MISSING, Field, dataclass, field, fields, replace

__all__ = ["MISSING", "Field", "dataclass", "field", "fields", "replace"]
