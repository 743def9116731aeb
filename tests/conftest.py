"""Both anyio back-ends for every async test, and virtual time on demand."""

from __future__ import annotations

from typing import Any

import pytest
from trio.testing import MockClock


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    """Give each back-end in turn.

    `@pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True)` asks for
    virtual time instead: trio with a clock that jumps when nothing is left to do.
    """
    if request.param == "virtual":
        return "trio", {"clock": MockClock(autojump_threshold=0)}
    return request.param
