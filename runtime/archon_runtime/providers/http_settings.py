"""Where an HTTP provider is and how it is asked: options first, then the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit, urlunsplit

from archon_runtime.errors import PlanInvalid
from archon_runtime.providers.key_ring import KeyRing, read_keys
from archon_runtime.providers.kinds import ProviderKind
from archon_runtime.providers.options import OptionReader

__all__ = ["HTTP_CONCURRENCY", "HttpDialect", "HttpSettings", "Timeouts", "read_settings"]

HTTP_CONCURRENCY = 16
OLLAMA_CONCURRENCY = 4
"""Ollama runs few requests side by side and queues the rest, where time-outs run on."""

TOTAL_S = 300.0
"""A long answer of a slow server takes minutes; a server that hangs is given up after this."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long each part of a call may take, in seconds.

    `connect_s` ends with the connection, TLS included. `first_byte_s` ends with the
    reply's head: a server that doesn't stream sends it when the completion is there, so
    it is as long as the whole. `idle_s` is the longest pause within the reply, which is
    complete by then. Where `total_s` is shorter than one of them, it ends first.
    """

    connect_s: float = 10.0
    first_byte_s: float = TOTAL_S
    idle_s: float = 30.0
    total_s: float = TOTAL_S

    @classmethod
    def read(cls, reader: OptionReader) -> Timeouts:
        """Read the options of a plan; what is not said is as above."""
        total_s = reader.positive("timeout", TOTAL_S) or TOTAL_S
        return cls(
            connect_s=reader.positive("connect_timeout", 10.0) or 10.0,
            first_byte_s=reader.positive("first_byte_timeout", total_s) or total_s,
            idle_s=reader.positive("idle_timeout", 30.0) or 30.0,
            total_s=total_s,
        )


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """All that a client needs. Without a key in `keys`, requests go without one."""

    name: str
    base_url: str
    keys: KeyRing = field(default_factory=KeyRing)
    concurrency: int = HTTP_CONCURRENCY
    rate: float | None = None
    token_rate: float | None = None
    timeouts: Timeouts = Timeouts()


@dataclass(frozen=True, slots=True)
class HttpDialect:
    """How an API wants to be asked: where the key goes, and what help says of its address."""

    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict)
    url_help: str = "check `base_url`, which usually ends in `/v1`"


def read_settings(
    name: str, kind: ProviderKind, options: Mapping[str, object], environ: Mapping[str, str]
) -> HttpSettings:
    """Read the settings of the provider that the plan calls *name*.

    Raises:
        PlanInvalid: an option or the environment's URL cannot be used.
        KeyMissing: a key is needed and its variable is not set.
    """
    reader = OptionReader(name, kind, options)
    given = reader.text("base_url")
    if given:
        url = _check_url(given, name, "`base_url`")
    elif kind.url_env and environ.get(kind.url_env, "").strip():
        written = environ[kind.url_env].strip()
        written = _ollama_url(written) if kind.url_env == "OLLAMA_HOST" else written
        url = _check_url(written, name, f"`{kind.url_env}` in the environment")
    else:
        url = kind.default_url
    key_option = reader.variable("key")
    keys = read_keys(
        key_option or kind.key_env,
        environ,
        place=f"provider `{name}`",
        required=bool(key_option) or kind.key_required,
    )
    return HttpSettings(
        name=name,
        base_url=url,
        keys=KeyRing(keys),
        concurrency=reader.count("concurrency", _concurrency(kind)),
        rate=reader.positive("rate", None),
        token_rate=reader.positive("token_rate", None),
        timeouts=Timeouts.read(reader),
    )


def _concurrency(kind: ProviderKind) -> int:
    return OLLAMA_CONCURRENCY if kind.name == "ollama" else HTTP_CONCURRENCY


def _check_url(url: str, name: str, origin: str) -> str:
    """Refuse what is no http URL or carries a password, which would show in messages."""
    problem = ""
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
        (parts.hostname or "").encode("idna")
    except ValueError:
        parts, port_is_right = SplitResult("", "", "", "", ""), False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_right:
        problem = "is not a URL such as `http://127.0.0.1:8000/v1`"
    elif parts.username is not None or parts.password is not None:
        problem = "holds a user or a password"
    elif parts.query or parts.fragment:
        problem = "has a `?` or `#` part, which the API's paths can't follow"
    if problem:
        raise PlanInvalid(
            f"the URL from {origin} {problem}",
            place=f"provider `{name}`",
            help='a key belongs into an environment variable: `key: env("NAME")`'
            if "password" in problem
            else "",
        )
    return url.rstrip("/")


def _ollama_url(host: str) -> str:
    """Complete Ollama's variable: scheme, port and path may be missing.

    It also tells the server where to listen: 0.0.0.0 and [::] mean this machine.
    """
    parts = urlsplit(host if "://" in host else f"http://{host}")
    try:
        port = parts.port
    except ValueError:
        return host
    if port is None and "://" not in host:
        port = 11434
    at = (parts.hostname or "").replace("0.0.0.0", "127.0.0.1") or "127.0.0.1"
    at = "[::1]" if at == "::" else f"[{at}]" if ":" in at else at
    user = f"{parts.username}@" if parts.username else ""
    path = parts.path.rstrip("/") or "/v1"
    return urlunsplit((parts.scheme, f"{user}{at}{f':{port}' if port else ''}", path, "", ""))
