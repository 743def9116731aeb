"""The price table: there, plausible, and matched as its source matches."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from genai_prices import data

from archon_runtime.prices import find_price, load_prices
from archon_runtime.providers.kinds import KINDS
from tools.make_prices import PROVIDERS


def test_table_says_where_it_is_from_and_when() -> None:
    table = load_prices()
    assert re.fullmatch(r"genai-prices \d+\.\d+\.\d+", table.source)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", table.date)
    assert table.kinds.keys() <= KINDS.keys()


@pytest.mark.parametrize(
    "name", ["gpt-4o-mini", "gpt-4o-mini-2024-07-18", "GPT-4o-mini"], ids=["plain", "dated", "case"]
)
def test_names_of_one_model_have_one_price(name: str) -> None:
    price = find_price("openai", name)
    assert price is not None
    assert (price.prompt_usd, price.completion_usd) == (Decimal("0.15"), Decimal("0.6"))
    assert price.cost_usd(1_000_000, 1_000_000) == Decimal("0.75")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("openai", "no-such-model"),
        ("openai", ""),
        ("openai", "text-embedding-3-small"),
        ("openai_compatible", "gpt-4o-mini"),
        ("simulated", "m"),
    ],
)
def test_unknown_price_is_none(kind: str, name: str) -> None:
    assert find_price(kind, name) is None


@pytest.mark.parametrize(("provider", "kind"), PROVIDERS.items())
def test_names_match_as_in_the_source(provider: str, kind: str) -> None:
    source = next(each for each in data.providers if each.id == provider)
    listed = {entry["id"] for entry in load_prices().kinds[kind]}
    assert listed
    for model in source.models:
        found = source.find_model(model.id)
        theirs = found.id if found and found.id in listed else None
        price = find_price(kind, model.id)
        assert (price is not None) == (theirs is not None), model.id


@pytest.mark.parametrize(
    ("kind", "name", "prompt", "completion"),
    [
        ("anthropic", "claude-3-5-sonnet-20240620", "3", "15"),
        ("gemini", "gemini-2.5-flash", "0.3", "2.5"),
        ("together", "meta-llama/Llama-3-70b-chat-hf", "0.9", "0.9"),
        ("together", "mistralai/Mixtral-8x22B-Instruct-v0.1", "2.4", "2.4"),
        ("groq", "llama-3.1-8b-instant", "0.05", "0.08"),
    ],
)
def test_well_known_models_have_their_price(
    kind: str, name: str, prompt: str, completion: str
) -> None:
    price = find_price(kind, name)
    assert price is not None
    assert (price.prompt_usd, price.completion_usd) == (Decimal(prompt), Decimal(completion))


@pytest.mark.parametrize(
    "name", ["claude-3-5-sonnet", "gemini-2.5-flash-image", "gemini-2.5-pro-tts"]
)
def test_what_the_gemini_api_does_not_write_has_no_price_there(name: str) -> None:
    assert find_price("gemini", name) is None


def test_every_price_is_a_finite_amount() -> None:
    for models in load_prices().kinds.values():
        for entry in models:
            for name in ("prompt_usd", "completion_usd"):
                assert 0 <= Decimal(entry[name]) < 10_000, entry["id"]
