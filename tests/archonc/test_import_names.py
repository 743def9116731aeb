"""Names of models and architectures: short, readable, and all different."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archonc.importer.config import ModelUse
from archonc.importer.names import architecture_name, model_names


def use(name: str, temperature: str = "0.7", max_tokens: int = 2048) -> ModelUse:
    return ModelUse("together", name, Decimal(temperature), max_tokens)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Qwen/Qwen2-72B-Instruct", "qwen2_72b"),
        ("Qwen/Qwen1.5-110B-Chat", "qwen1_5_110b"),
        ("meta-llama/Llama-3-70b-chat-hf", "llama3_70b"),
        ("meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo", "llama3_1_405b"),
        ("microsoft/WizardLM-2-8x22B", "wizardlm2_8x22b"),
        ("mistralai/Mixtral-8x22B-Instruct-v0.1", "mixtral_8x22b"),
        ("gpt-4o-2024-05-13", "gpt_4o"),
        ("gpt-4-turbo-2024-04-09", "gpt_4_turbo"),
        ("claude-3-5-sonnet-20240620", "claude_3_5_sonnet"),
        ("gemini-1.5-pro-001", "gemini_1_5_pro"),
        ("llama-3.1-70b-versatile", "llama3_1_70b"),
        ("google/gemma-2-9b-it", "gemma2_9b"),
        ("7B-model", "a_7b_model"),
        ("模型", "model"),
        ("true", "true_2"),
    ],
)
def test_a_model_has_a_short_name(model: str, name: str) -> None:
    assert model_names([use(model)], set()) == {use(model): name}


def test_the_same_model_with_other_settings_says_which() -> None:
    uses = [
        use("Qwen/Qwen2-72B-Instruct"),
        use("Qwen/Qwen2-72B-Instruct", max_tokens=8192),
        use("Qwen/Qwen2-72B-Instruct", "1.5"),
        use("Qwen/Qwen2-72B-Instruct", "1.5", max_tokens=8192),
        use("other/Qwen2-72B"),
    ]
    assert list(model_names(uses, set()).values()) == [
        "qwen2_72b",
        "qwen2_72b_8k",
        "qwen2_72b_t1_5",
        "qwen2_72b_t1_5_8k",
        "qwen2_72b_2",
    ]


@given(st.lists(st.text(min_size=1), max_size=30))
def test_names_are_identifiers_and_all_different(models: list[str]) -> None:
    uses = dict.fromkeys(use(each) for each in models)
    names = list(model_names(uses, {"model"}).values())
    assert len({*names, "model"}) == len(names) + 1
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


@given(st.text(), st.text())
def test_an_architecture_has_an_identifier(name: str, fallback: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,119}", architecture_name(name, fallback))


def test_an_architecture_is_named_after_its_configuration() -> None:
    assert architecture_name("archon-70Bx8_1 (best)", "file") == "archon_70bx8_1_best"
    assert architecture_name("—", "7-layers") == "a_7_layers"
