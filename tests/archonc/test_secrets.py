"""A key that was written into a program is refused, and never shown again."""

from __future__ import annotations

import pytest

from archonc.compiler import check_source
from archonc.diagnostic import render_text
from archonc.source import Source

CANARY = "sk-canary-77aa"


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(f'base_url: "http://h/v1", key: "{CANARY}"', id="key"),
        pytest.param(f'base_url: "http://me:{CANARY}@h/v1"', id="password in the address"),
        pytest.param(f'base_url: "http://me:{CANARY}/x@h/v1"', id="password with a slash"),
        pytest.param(f'key: "{CANARY}", nosuch: 1', id="another mistake on its line"),
    ],
)
def test_literal_secret_is_refused_and_not_shown(options: str) -> None:
    text = f"archon 1\nprovider lab = openai_compatible({options})\n"
    found = check_source(Source("p.archon", text))
    assert "A0207" in {diagnostic.code for diagnostic in found}
    shown = "\n".join(render_text(diagnostic) for diagnostic in found)
    assert CANARY not in shown
    assert "provider lab = openai_compatible(" in shown
