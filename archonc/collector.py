"""Do without Python's search for garbage for a while."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["pause_collector"]


@contextmanager
def pause_collector() -> Iterator[None]:
    """Let nothing look for cycles of garbage in this block.

    Loading modules and building trees makes many objects and no such cycle, but each
    of those objects is looked at again and again: of a large program half the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
