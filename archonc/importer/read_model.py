"""Read which model a component asks: provider, name, temperature and `max_tokens`."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit

from archon_runtime.providers.kinds import KINDS
from archonc.diagnostic.codes_import import (
    CONFIG_MISSING_KEY,
    CONFIG_WRONG_VALUE,
    OTHER_EFFECT,
    UNKNOWN_MODEL_TYPE,
)
from archonc.diagnostic.suggest import suggest
from archonc.importer.config import ModelUse
from archonc.importer.json_tree import JsonText
from archonc.importer.keys import PROVIDERS, Provider
from archonc.importer.values import Members

__all__ = ["read_model"]

# The runner sent neither a temperature nor `max_tokens` to these; they refuse both.
_REASONING = frozenset({"o1-preview-2024-09-12", "o1-mini-2024-09-12"})


def read_model(members: Members) -> ModelUse | None:
    """Read the model; None if nobody can be asked, which was reported."""
    provider = _provider(members)
    name = members.text("model", "Qwen/Qwen2-72B-Instruct")
    if provider is None or name is None:
        return None
    if name in _REASONING and provider.name == "openai":
        for key in ("temperature", "max_tokens"):
            _report_unsent(key, name, members)
        return ModelUse(provider.name, name, None, None)
    temperature = members.temperature(Decimal(KINDS[provider.name].hottest))
    max_tokens = members.count("max_tokens", "an answer needs room")
    for key in ("temperature", "max_tokens"):
        if not members.has(key):
            _report_absent(key, provider, members)
    if max_tokens is None and not members.has("max_tokens"):
        max_tokens = provider.sent
    elif provider.sent is not None and max_tokens not in {None, provider.sent}:
        _report_overridden(max_tokens, provider.sent, members)
    if provider.name != "tgi":
        return ModelUse(provider.name, name, temperature, max_tokens)
    # A TGI server has one model; the configuration names the server.
    return ModelUse("tgi", "tgi", temperature, max_tokens, _address(name, members))


def _provider(members: Members) -> Provider | None:
    member = members.members.get("model_type")
    empty = member is not None and isinstance(member.value, JsonText) and not member.value.value
    if member is None or not empty:
        name = members.text("model_type", "Together_API")
        if name is None or member is None:
            return None
        if name in PROVIDERS:
            return PROVIDERS[name]
        near = suggest(name, PROVIDERS) or _beginning(name)
    else:
        name, near = "", None
    listed = ", ".join(f"`{each}`" for each in PROVIDERS)
    message = f"there is no provider for the `model_type` `{name[:40]}`"
    members.findings.error(
        UNKNOWN_MODEL_TYPE,
        message if name else "the `model_type` is empty, so nobody knows whom to ask",
        member.value.span,
        "unknown provider" if name else "empty",
        helps=(
            f"did you mean `{near}`?" if near else f"ask the model through one of these: {listed}",
        ),
    )
    return None


def _beginning(name: str) -> str | None:
    return next((each for each in PROVIDERS if each.casefold().startswith(name.casefold())), None)


def _address(address: str, members: Members) -> str:
    place = members.members["model"].value.span
    try:
        parts = urlsplit(address)
        good, secret = parts.scheme in {"http", "https"} and bool(parts.netloc), "@" in parts.netloc
    except ValueError:
        good = secret = False
    if secret:
        members.findings.hide(place)
    if not good or secret:
        members.findings.error(
            CONFIG_WRONG_VALUE,
            "the address of a TGI server holds a password"
            if secret
            else "`model` with the `model_type` `tgi` is the server's address, found a name",
            place,
            "wants an address without a password",
            helps=("write it like `http://127.0.0.1:8080/v1`",),
        )
    return address


def _report_absent(key: str, provider: Provider, members: Members) -> None:
    sent = provider.sent if key == "max_tokens" else None
    instead = "the provider's own is used" if sent is None else f"imported as {sent}"
    members.findings.warn(
        CONFIG_MISSING_KEY,
        f"a `{members.kind}` has no `{key}`, which the published runner failed on: {instead}",
        members.span,
        "in this component",
        helps=(f"add `{key}`",),
    )


def _report_unsent(key: str, name: str, members: Members) -> None:
    if members.has(key):
        members.findings.warn(
            OTHER_EFFECT,
            f"`{key}` was never sent to `{name}`: left out",
            members.members[key].span,
            "had no effect",
            helps=("take it out: this model refuses it",),
        )


def _report_overridden(max_tokens: int | None, sent: int, members: Members) -> None:
    members.findings.warn(
        OTHER_EFFECT,
        f"`max_tokens` is {max_tokens}, and the published runner asked Anthropic for {sent} "
        "whatever it was: imported as it is written",
        members.members["max_tokens"].span,
        "had no effect",
        helps=(f"write {sent} for what was run",),
    )
