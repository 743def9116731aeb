"""Small models on this machine, without a key and without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import anyio

from archon_runtime.chat import ChatRequest, ChatResponse, Message
from archon_runtime.errors import ProviderUnavailable
from archon_runtime.providers.http_client import HttpClient
from archon_runtime.providers.http_settings import HttpSettings, Timeouts
from archon_runtime.providers.key_ring import KeyRing
from archon_runtime.providers.kinds import ProviderKind
from archon_runtime.providers.local_server import LocalServer, require_package, start_server
from archon_runtime.providers.openai_compatible import OpenAICompatible
from archon_runtime.providers.options import OptionReader
from archon_runtime.weights.known import cache_folder, find_weights

__all__ = ["PATH_PREFIX", "Local"]

PATH_PREFIX = "path:"
"""A model's name that begins so is the path of a GGUF file."""

CONCURRENCY = 8
TOTAL_S = 600.0


@dataclass(slots=True)
class _Loaded:
    """A model that is served: its server, and the client and window that go with it."""

    server: LocalServer
    client: HttpClient
    chat: OpenAICompatible
    window: int


class Local:
    """Serves each model file that is asked for, from its first use until `close`.

    A server has `concurrency` slots of 4,096 tokens. Exact prompt tokens come from
    the model's own template and tokenizer.
    """

    def __init__(
        self,
        *,
        name: str = "local",
        cache: Path,
        concurrency: int = CONCURRENCY,
        rate: float | None = None,
        timeout_s: float = TOTAL_S,
    ) -> None:
        self._name = name
        self._cache = cache
        self._concurrency = concurrency
        self._rate = rate
        self._timeout_s = timeout_s
        self._loaded: dict[Path, _Loaded] = {}
        self._loading = anyio.Lock()

    @classmethod
    def from_options(
        cls,
        name: str,
        kind: ProviderKind,
        options: Mapping[str, object],
        environ: Mapping[str, str],
    ) -> Self:
        """Make it from a plan's options; the environment says where weights are kept."""
        reader = OptionReader(name, kind, options)
        return cls(
            name=name,
            cache=cache_folder(environ),
            concurrency=reader.count("concurrency", CONCURRENCY),
            rate=reader.positive("rate", None),
            timeout_s=reader.positive("timeout", TOTAL_S) or TOTAL_S,
        )

    @property
    def concurrency(self) -> int:
        """How many completions one model works on at once."""
        return self._concurrency

    @property
    def rate(self) -> float | None:
        """How many requests may start in a second; None is no limit."""
        return self._rate

    async def open(self) -> None:
        """Check that models can be run; a model is loaded when it is first used.

        Raises:
            ModelMissing: the package that runs them is not installed.
        """
        require_package()

    async def chat(self, request: ChatRequest) -> ChatResponse:
        """Ask for one completion, once."""
        return await (await self._model(request.model)).chat.chat(request)

    async def count_tokens(self, model: str, messages: Sequence[Message]) -> int | None:
        """Count what the model's template makes of *messages*, by its tokenizer."""
        client = (await self._model(model)).client
        shown = [{"role": m.role.value, "content": m.content} for m in messages]
        prompt = _field(await client.ask("POST", "/apply-template", {"messages": shown}), "prompt")
        body = {"content": prompt, "add_special": True, "parse_special": True}
        return len(_field(await client.ask("POST", "/tokenize", body), "tokens"))

    async def window(self, model: str) -> int | None:
        """Tell the context of one slot, as the server has it."""
        return (await self._model(model)).window

    async def close(self) -> None:
        """Stop all servers and give their memory back, also while being cancelled."""
        loaded, self._loaded = self._loaded, {}
        for each in loaded.values():
            await _stop(each.client, each.server)

    async def _model(self, model: str) -> _Loaded:
        path = self._weights(model)
        async with self._loading:
            if path not in self._loaded:
                self._loaded[path] = await self._load(path)
            return self._loaded[path]

    def _weights(self, model: str) -> Path:
        """Find the model's file: by its path, or by its name in the cache folder."""
        if model.startswith(PATH_PREFIX):
            return Path(model.removeprefix(PATH_PREFIX)).expanduser().absolute()
        return find_weights(model, cache=self._cache)

    async def _load(self, path: Path) -> _Loaded:
        """Start a server and ask it for its window; nothing is left running if that fails."""
        server = await start_server(path, slots=self._concurrency)
        # The server also answers without `/v1`, beside its own paths for tokens.
        settings = HttpSettings(
            name=self._name,
            base_url=server.url,
            keys=KeyRing((("the local server", server.key),)),
            concurrency=self._concurrency,
            timeouts=Timeouts(first_byte_s=self._timeout_s, total_s=self._timeout_s),
        )
        client = HttpClient(settings)
        ready = False
        try:
            await client.open()
            props = _field(await client.ask("GET", "/props"), "default_generation_settings")
            window = int(_field(props, "n_ctx"))
            ready = True
        finally:
            if not ready:
                await _stop(client, server)
        return _Loaded(server, client, OpenAICompatible(settings, client), window)


async def _stop(client: HttpClient, server: LocalServer) -> None:
    """Close the connections, then the server, which waits for them."""
    with anyio.CancelScope(shield=True):
        await client.close()
        await server.stop()


def _field(payload: Any, name: str) -> Any:
    """Read a field of the server's own answers; its absence is another version of it."""
    if not isinstance(payload, Mapping) or name not in payload:
        raise ProviderUnavailable(
            f"the local server's answer has no `{name}`",
            help="install the version of `xllamacpp` that `archonc[local]` asks for",
        )
    return payload[name]
