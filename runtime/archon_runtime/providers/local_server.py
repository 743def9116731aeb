"""A llama.cpp server in this process, for one model file.

It listens on a free loopback port, behind a random key: without one, any program or
web page on the machine could use it.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread

from archon_runtime.errors import ModelMissing

__all__ = ["SLOT_TOKENS", "LocalServer", "require_package", "start_server"]

SLOT_TOKENS = 4096
"""The context of each completion: eight of them fit into a small machine's memory."""

BATCH_TOKENS = 64
"""How much of a prompt is worked on at a time: between two batches the server sees who has
hung up. On processors larger ones are no faster."""


@dataclass(slots=True)
class LocalServer:
    """A running server. `running` is the library's object: it stops when that is gone."""

    url: str
    key: str = field(repr=False)
    running: list[Any] = field(repr=False)

    async def stop(self) -> None:
        """Stop it; its connections must be closed already, since it waits for them.

        Takes up to about a second where calls were cancelled just before: the library
        looks once a second, and between batches, for who has hung up.
        """
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(self.running.clear)


def require_package() -> None:
    """Check that the package which runs local models is installed.

    Raises:
        ModelMissing: it is not.
    """
    try:
        import xllamacpp  # noqa: F401
    except ImportError:
        installed = False
    else:
        installed = True
    if not installed:
        raise ModelMissing(
            "the package `xllamacpp`, which runs local models, is not installed",
            help="run `pip install 'archonc[local]'`",
        )


async def start_server(weights: Path, *, slots: int) -> LocalServer:
    """Load *weights* and serve them to *slots* completions at once; takes about a second.

    Raises:
        ModelMissing: they cannot be loaded.
    """
    key = secrets.token_urlsafe(24)
    # Not abandoned on cancellation: a half-loaded model must not outlive the run.
    server = await to_thread.run_sync(partial(_load, weights, slots, key))
    return LocalServer(server.listening_address, key, [server])


def _load(weights: Path, slots: int, key: str) -> Any:
    """Start the server, in this thread."""
    import xllamacpp

    if not weights.is_file():
        what = "is a folder, not a model file" if weights.is_dir() else "does not exist"
        raise ModelMissing(f"`{weights}` {what}", help="give the path of a GGUF file")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_parallel = slots
    params.n_ctx = slots * SLOT_TOKENS
    params.n_batch = params.n_ubatch = max(BATCH_TOKENS, slots)
    params.kv_unified = False  # each slot has its window for itself, so it can be promised
    params.cache_ram_mib = 0  # keeps old prompts in up to 8 GiB by default
    threads = max(1, _cores() - 1)
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = threads
        cpu.poll = 0  # threads that spin starve everything else on a small machine
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [key]
    params.ui = False
    params.warmup = False
    params.verbosity = -1
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise ModelMissing(
            f"llama.cpp cannot load `{weights}`",
            help="it must be a whole GGUF file of a kind of model that llama.cpp knows",
        ) from error


def _cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
