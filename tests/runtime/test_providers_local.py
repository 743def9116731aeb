"""The embedded model, for real where it is installed; its absence everywhere."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from archon_runtime.chat import ChatRequest, FinishReason, Message, Role
from archon_runtime.errors import ModelMissing, ProviderError
from archon_runtime.providers.base import Provider
from archon_runtime.providers.local import Local
from archon_runtime.weights.known import WEIGHTS, cache_folder, list_models
from tests.contracts.provider_contract import ProviderContract

MODEL = "smollm2-135m"
CACHE = cache_folder(os.environ)
INSTALLED = importlib.util.find_spec("xllamacpp") is not None
PULLED = all(status.present for status in list_models(CACHE))

needs_package = pytest.mark.skipif(not INSTALLED, reason="xllamacpp is not installed")
needs_weights = pytest.mark.skipif(
    not (INSTALLED and PULLED), reason=f"needs xllamacpp and `archonc models pull {MODEL}`"
)

SCRIPT = """
import anyio
from pathlib import Path
from archon_runtime.chat import ChatRequest, Message, Role
from archon_runtime.providers.local import Local

async def main():
    for _ in range(2):
        local = Local(cache=Path({cache!r}), concurrency=2)
        await local.open()
        ask = ChatRequest({model!r}, (Message(Role.USER, "hi"),), "generator", max_tokens=4)
        assert (await local.chat(ask)).text
        await local.close()

anyio.run(main)
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@needs_weights
@pytest.mark.local_model
class TestContract(ProviderContract):
    @pytest.fixture
    def model(self) -> str:
        return MODEL

    @pytest.fixture
    async def provider(self) -> AsyncIterator[Provider]:
        provider = Local(cache=CACHE, concurrency=3, timeout_s=60)
        await provider.open()
        yield provider
        await provider.close()


@needs_weights
@pytest.mark.local_model
@pytest.mark.anyio
async def test_window_and_limit_are_what_a_slot_has() -> None:
    provider = Local(cache=CACHE, concurrency=1)
    try:
        with anyio.fail_after(60):
            await provider.open()
            assert await provider.window(MODEL) == WEIGHTS[MODEL].window
            long = (Message(Role.USER, "word " * 5000),)
            assert (await provider.count_tokens(MODEL, long) or 0) > 5000
            with pytest.raises(ProviderError, match="context") as caught:
                await provider.chat(ChatRequest(MODEL, long, "generator", max_tokens=4))
            assert "shorten" in caught.value.help
    finally:
        await provider.close()


@needs_weights
@pytest.mark.local_model
@pytest.mark.anyio
async def test_same_file_by_path_and_by_name_is_one_server() -> None:
    provider = Local(cache=CACHE, concurrency=2)
    path = f"path:{WEIGHTS[MODEL].path(CACHE)}"
    try:
        with anyio.fail_after(60):
            await provider.open()
            await provider.window(MODEL)
            with anyio.fail_after(0.5):
                assert await provider.window(path) == WEIGHTS[MODEL].window
            cut = await provider.chat(
                ChatRequest(path, (Message(Role.USER, "Tell a story."),), "generator", max_tokens=4)
            )
            assert cut.finish_reason is FinishReason.LENGTH
    finally:
        await provider.close()


@needs_weights
@pytest.mark.local_model
def test_process_is_silent_opens_twice_and_ends() -> None:
    script = SCRIPT.format(cache=str(CACHE), model=MODEL)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_package
@pytest.mark.anyio
@pytest.mark.parametrize(
    ("content", "part"),
    [(None, "does not exist"), (b"", "cannot load"), (b"GGUF not really", "cannot load")],
    ids=["missing", "empty", "damaged"],
)
async def test_unusable_file_is_told(tmp_path: Path, content: bytes | None, part: str) -> None:
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    provider = Local(cache=tmp_path)
    await provider.open()
    with pytest.raises(ModelMissing, match=part) as caught:
        await provider.window(f"path:{path}")
    assert "GGUF" in caught.value.help
    await provider.close()


@needs_package
@pytest.mark.anyio
async def test_missing_weights_name_the_command(tmp_path: Path) -> None:
    provider = Local(cache=tmp_path)
    await provider.open()
    with pytest.raises(ModelMissing) as caught:
        await provider.chat(ChatRequest(MODEL, (Message(Role.USER, "hi"),), "generator"))
    assert caught.value.help == f"run `archonc models pull {MODEL}`"
    await provider.close()


def test_missing_package_names_the_command() -> None:
    script = (
        "import sys; sys.modules['xllamacpp'] = None\n"
        "from archon_runtime.errors import ModelMissing\n"
        "from archon_runtime.providers.local_server import require_package\n"
        "try: require_package()\n"
        "except ModelMissing as error: assert error.__context__ is None; print(error.help)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "run `pip install 'archonc[local]'`"
