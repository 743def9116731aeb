"""Names bound: what declarations become, and what references stand for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from archon_runtime.plan import ModelSpec, ProviderSpec
from archon_runtime.usage import Price
from archonc.diagnostic.diagnostic import DiagnosticSink
from archonc.load import load
from archonc.resolve import Resolved, resolve
from archonc.resolve.symbols import ModelsSymbol, ModelSymbol, PromptSymbol, ProviderSymbol, Unknown
from archonc.source import Source


def resolve_text(text: str) -> tuple[Resolved, DiagnosticSink]:
    source = Source("test.archon", "archon 1\n" + text)
    sink = DiagnosticSink(source)
    return resolve(load(source, sink), sink), sink


def model_of(text: str) -> ModelSpec:
    resolved, sink = resolve_text(text)
    assert not sink.diagnostics
    symbol = resolved.names["m"]
    assert isinstance(symbol, ModelSymbol)
    return symbol.spec


def test_model_takes_its_settings_with_their_units() -> None:
    spec = model_of(
        'model m = openai("gpt-4o-mini", temperature: 0.7, top_p: 90%, max_tokens: 2k, '
        'stop: ["\\n", "END"], seed: 7, logprobs: true, window: 128k, '
        "price: { prompt: $0.15, completion: $0.60 }, extra: { a: { b: [1, 2.5, true] } })"
    )
    assert spec == ModelSpec(
        provider="openai",
        model="gpt-4o-mini",
        temperature=0.7,
        top_p=0.9,
        max_tokens=2000,
        stop=("\n", "END"),
        seed=7,
        logprobs=True,
        window=128_000,
        price=Price(Decimal("0.15"), Decimal("0.60")),
        extra={"a": {"b": [1, 2.5, True]}},
    )


def test_provider_takes_its_options_as_seconds_and_rates() -> None:
    resolved, sink = resolve_text(
        'provider lab = openai_compatible(base_url: "http://127.0.0.1:8000/v1", '
        'key: env("LAB_KEY"), concurrency: 32, rate: 600/min, timeout: 2min)'
    )
    symbol = resolved.names["lab"]
    assert not sink.diagnostics
    assert isinstance(symbol, ProviderSymbol)
    assert symbol.spec == ProviderSpec(
        "openai_compatible",
        {
            "base_url": "http://127.0.0.1:8000/v1",
            "key": {"env": "LAB_KEY"},
            "concurrency": 32,
            "rate": 10.0,
            "timeout": 120.0,
        },
    )


def test_a_declared_provider_may_have_the_name_of_a_kind() -> None:
    spec = model_of('provider openai = openai(concurrency: 2)\nmodel m = openai("x")')
    assert spec.provider == "openai"


def test_embedded_model_knows_its_window() -> None:
    assert model_of('model m = local("smollm2-135m")').window == 4096


def test_path_stands_for_the_name_of_a_local_model() -> None:
    spec = model_of('model m = local(path: "models/other.gguf")')
    assert (spec.model, spec.window) == ("path:models/other.gguf", None)


def test_models_may_be_used_before_they_are_declared() -> None:
    resolved, sink = resolve_text('models all = [m]\nmodel m = lab("x")\nprovider lab = openai()')
    symbol = resolved.names["all"]
    assert not sink.diagnostics
    assert isinstance(symbol, ModelsSymbol)
    assert symbol.models == (resolved.names["m"],)


def test_lists_of_models_are_flattened_in_order() -> None:
    resolved, _ = resolve_text(
        'model a = openai("a")\nmodel b = openai("b")\nmodels one = [b, a]\nmodels two = [one, a]'
    )
    symbol = resolved.names["two"]
    assert isinstance(symbol, ModelsSymbol)
    assert [m.name for m in symbol.models] == ["b", "a", "a"]


def test_prompt_keeps_its_parts_and_the_places_of_its_placeholders() -> None:
    resolved, sink = resolve_text(
        'prompt p {\n  user: """\n    Solve {{ query }} in {{data.unit}}\n  """\n'
        '  example { user: "1+1", assistant: "2" }\n  system: "Brief."\n}'
    )
    symbol = resolved.names["p"]
    assert not sink.diagnostics
    assert isinstance(symbol, PromptSymbol)
    assert symbol.prompt.system == "Brief."
    assert symbol.prompt.examples == (("1+1", "2"),)
    text = sink.source.text
    found = [(name, text[span.start : span.end]) for name, span in symbol.placeholders]
    assert found == [("query", "{{ query }}"), ("data.unit", "{{data.unit}}")]


def test_a_name_of_a_broken_statement_is_never_unknown() -> None:
    resolved, sink = resolve_text('model m = openai("a"\narchitecture one { layer generator(m) }\n')
    assert isinstance(resolved.names.get("m"), Unknown)
    assert {each.code[:3] for each in sink.diagnostics} == {"A01"}


def test_what_depends_on_an_unknown_provider_is_silent() -> None:
    resolved, sink = resolve_text(
        'provider lab = nowhere()\nmodel m = lab("x", temperature: 9)\nmodels all = [m]\n'
    )
    assert [each.code for each in sink.diagnostics] == ["A0203"]
    assert isinstance(resolved.names["m"], Unknown)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ('"sk-1234"', "A0207"),
        ("SECRET", "A0311"),
        ('env("A", "B")', "A0311"),
        ("env(LAB_KEY)", "A0311"),
        ('env("")', "A0311"),
    ],
)
def test_key_is_only_ever_a_variable(value: str, code: str) -> None:
    _, sink = resolve_text(f"provider lab = openai(key: {value})")
    assert [each.code for each in sink.diagnostics] == [code]


def test_fix_of_a_misspelt_name_is_an_edit() -> None:
    _, sink = resolve_text('model writer = openai("a", max_tokenss: 5)')
    (diagnostic,) = sink.diagnostics
    (edit,) = diagnostic.edits
    text = sink.source.text
    assert (text[edit.span.start : edit.span.end], edit.replacement) == (
        "max_tokenss",
        "max_tokens",
    )


def test_option_of_the_provider_is_sent_there() -> None:
    _, sink = resolve_text('model m = openai("a", concurrency: 5)')
    (diagnostic,) = sink.diagnostics
    assert "provider NAME = openai(concurrency: …)" in diagnostic.helps[0]


def test_declaration_with_the_name_of_a_kind_of_provider_does_not_hide_it() -> None:
    spec = model_of('model m = openai("x")\narchitecture openai { layer generator(m) }\n')
    assert (spec.provider, spec.model) == ("openai", "x")
