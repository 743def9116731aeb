"""Every public list of names is true, and imports stay as light as they are promised."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import archon_runtime
import archonc

MODULES = sorted(
    module.name
    for package in (archonc, archon_runtime)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_all_names_what_is_there(name: str) -> None:
    module = importlib.import_module(name)
    exported = getattr(module, "__all__", [])
    assert len(set(exported)) == len(exported)
    for each in exported:
        assert hasattr(module, each), f"{name}.{each}"


def loaded_by(code: str) -> set[str]:
    """Top-level modules that are loaded after *code* ran in a fresh interpreter."""
    script = f"import sys\n{code}\nprint(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        pytest.param(
            "from archonc.cli.main import main; main(['check', 'examples/01_one_call.archon'])",
            {"aiohttp", "anyio", "rich", "jsonschema", "asyncio", "sqlite3", "trio", "lark"}
            # Small, but each costs about as much as starting Python does.
            | {"argparse", "dataclasses", "inspect", "hashlib", "traceback", "difflib", "json"},
            id="check",
        ),
        pytest.param("import archon_runtime", {"aiohttp", "lark", "archonc", "rich"}, id="runtime"),
        pytest.param(
            "from archon_runtime import Plan, Runtime", {"aiohttp", "lark", "archonc"}, id="embed"
        ),
    ],
)
def test_heavy_modules_are_not_loaded(code: str, heavy: set[str]) -> None:
    assert loaded_by(code) & heavy == set()
