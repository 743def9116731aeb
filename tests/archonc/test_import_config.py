"""What the import makes of keys, values, models and forms of layers."""

from __future__ import annotations

import json

import pytest

from archonc.diagnostic import Severity
from archonc.diagnostic.codes_import import (
    CONFIG_MISSING_KEY,
    CONFIG_RANGE,
    CONFIG_WRONG_VALUE,
    IGNORED_KEY,
    LOCAL_RANKING_MODEL,
    MISSPELT_KEY,
    NO_COUNTERPART,
    OLD_LAYER_FORM,
    OTHER_EFFECT,
    UNKNOWN_COMPONENT,
    UNKNOWN_MODEL_TYPE,
)
from archonc.importer import import_source
from archonc.source import Source
from tests.archonc.import_configs import (
    codes,
    component,
    config,
    critic,
    fuser,
    generator,
    layers_of,
    messages,
    ranker,
    read,
)


def test_models_are_declared_once_and_shared() -> None:
    imported = read([generator(3), generator(3, model="gpt-4o-mini")], fuser())
    assert codes(imported) == []
    assert imported.text is not None
    assert imported.text.splitlines()[:5] == [
        "# Imported from some.json.",
        "archon 1",
        "",
        'model gpt_4o      = openai("gpt-4o", temperature: 0.7, max_tokens: 2048)',
        'model gpt_4o_mini = openai("gpt-4o-mini", temperature: 0.7, max_tokens: 2048)',
    ]
    assert layers_of(imported) == [
        "layer generator([gpt_4o, gpt_4o_mini], samples: 3)",
        "layer fuser(gpt_4o)",
    ]
    assert imported.plan is not None
    assert imported.plan.bounds.calls.most == 7


def test_order_of_candidates_is_kept_where_options_differ() -> None:
    mini: dict[str, object] = {"model": "gpt-4o-mini"}
    imported = read(
        [generator(2), generator(2, **mini), generator(5), generator(5, **mini)], fuser()
    )
    assert layers_of(imported)[:4] == [
        "layer generators {",
        "generator(ensemble, samples: 2)",
        "generator(ensemble, samples: 5)",
        "}",
    ]
    assert "models ensemble = [gpt_4o, gpt_4o_mini]" in (imported.text or "")


def test_equal_layers_in_a_row_are_repeated() -> None:
    imported = read(generator(3), [fuser(), fuser(model="o")], [fuser(), fuser(model="o")], fuser())
    assert layers_of(imported)[1] == "repeat 2 { layer fuser(ensemble) }"
    assert imported.plan is not None
    assert [len(layer.steps) for layer in imported.plan.layers] == [1, 2, 2, 1]


@pytest.mark.parametrize(
    ("model_type", "provider"),
    [
        ("Together_API", "together"),
        ("OpenAI_API", "openai"),
        ("Google_API", "gemini"),
        ("Groq_API", "groq"),
        ("vLLM", "vllm"),
    ],
)
def test_model_types_are_providers(model_type: str, provider: str) -> None:
    imported = read(generator(model_type=model_type))
    assert codes(imported) == []
    assert f'model gpt_4o = {provider}("gpt-4o"' in (imported.text or "")


def test_a_tgi_server_is_a_provider_with_its_address() -> None:
    imported = read(generator(model_type="tgi", model="http://127.0.0.1:8080/v1"))
    assert 'provider server = tgi(base_url: "http://127.0.0.1:8080/v1")' in (imported.text or "")
    assert 'model tgi = server("tgi", temperature: 0.7' in (imported.text or "")


def test_what_anthropic_was_asked_for_is_said() -> None:
    keys: dict[str, object] = {"model": "claude-3-opus-20240229", "model_type": "Anthropic_API"}
    told = read(generator(**keys))
    assert codes(told) == [OTHER_EFFECT]
    assert "asked Anthropic for 4096" in messages(told)
    assert codes(read(generator(max_tokens=4096, **keys))) == []
    warm = read(generator(temperature=1.25, max_tokens=4096, **keys))
    assert codes(warm) == [CONFIG_RANGE]
    assert "temperature: 1," in (warm.text or "")


def test_a_key_that_nothing_reads_is_reported_once_with_all_its_places() -> None:
    imported = read([generator(top_k=1), generator(top_k=1, model="m")], fuser(top_k=1))
    assert codes(imported) == [IGNORED_KEY, IGNORED_KEY]
    first, second = imported.diagnostics
    assert first.source.line_column(first.primary.span.start) == (12, 9)
    assert "also at 21:9" in first.notes
    assert "`top_k` of a `fuser`" in second.message
    assert "- line 12 and others: nothing reads `top_k` of a `generator`" in (imported.text or "")


@pytest.mark.parametrize(
    ("key", "right"),
    [
        ("length_contorl", "length_control"),
        ("lenght_control", "length_control"),
        ("Length-Control", "length_control"),
        ("sample", "samples"),
    ],
)
def test_a_misspelt_key_is_put_right(key: str, right: str) -> None:
    value = 3 if right == "samples" else True
    imported = read(generator(3), critic(), component("fuser", **{key: value}), ranker(1))
    assert codes(imported)[0] == MISSPELT_KEY
    assert imported.diagnostics[0].helps == (f"write `{right}`",)
    assert layers_of(imported)[2].startswith("layer fuser(gpt_4o, ")


@pytest.mark.parametrize("key", ["top_p", "seed", "samplings_of_all_kinds", "length_contorls_x"])
def test_a_key_that_is_near_to_nothing_is_left_out(key: str) -> None:
    assert codes(read(generator(**{key: 1}))) == [IGNORED_KEY]


def test_a_misspelt_key_beside_the_right_one_does_not_win() -> None:
    imported = read(generator(2, sample=9), fuser())
    assert codes(imported) == [IGNORED_KEY]
    assert layers_of(imported)[0] == "layer generator(gpt_4o, samples: 2)"


def test_a_secret_is_never_shown() -> None:
    from archonc.diagnostic import render_text

    imported = read(generator(api_key="sk-of-somebody"))
    assert codes(imported) == [IGNORED_KEY]
    assert "sk-of" not in render_text(imported.diagnostics[0])
    assert "sk-of" not in (imported.text or "")


@pytest.mark.parametrize(
    ("wrong", "code", "said"),
    [
        pytest.param(component("generater"), UNKNOWN_COMPONENT, "`generater`", id="type"),
        pytest.param(generator(model_type="Bedrock_API"), UNKNOWN_MODEL_TYPE, "Bedrock", id="api"),
        pytest.param(generator(model_type=""), UNKNOWN_MODEL_TYPE, "is empty", id="no api"),
        pytest.param(generator(model=None), CONFIG_MISSING_KEY, "no `model`", id="no model"),
        pytest.param(generator(model_type=None), CONFIG_MISSING_KEY, "no `model_type`", id="none"),
        pytest.param(generator(model="a\nb"), CONFIG_WRONG_VALUE, "is no name", id="two lines"),
        pytest.param(generator(model="\ud800"), CONFIG_WRONG_VALUE, "is no name", id="half"),
        pytest.param(generator(model=7), CONFIG_WRONG_VALUE, "found the number 7", id="model 7"),
        pytest.param(generator(0), CONFIG_RANGE, "`samples` of a `generator` is 0", id="samples"),
        pytest.param(generator(10**12), CONFIG_RANGE, "more than any", id="many samples"),
        pytest.param(generator(samples=1.5), CONFIG_WRONG_VALUE, "a whole number", id="half one"),
        pytest.param(generator(max_tokens=-1), CONFIG_RANGE, "needs room", id="max_tokens"),
        pytest.param(generator(temperature="x"), CONFIG_WRONG_VALUE, "a number", id="temperature"),
        pytest.param(fuser(use_critiques=1), CONFIG_WRONG_VALUE, "`true` or `false`", id="flag"),
        pytest.param(component("ranker"), CONFIG_MISSING_KEY, "no `top_k`", id="no top_k"),
        pytest.param(
            ranker(2, model="llm-blender/PairRM", model_type=""),
            LOCAL_RANKING_MODEL,
            "PairRM",
            id="PairRM",
        ),
    ],
)
def test_what_cannot_mean_anything_is_refused(
    wrong: dict[str, object], code: str, said: str
) -> None:
    first = [] if str(wrong["type"]).startswith("gen") else [generator(3)]
    imported = read(*first, wrong)
    assert imported.text is None
    assert codes(imported) == [code]
    assert said in messages(imported)
    assert imported.diagnostics[0].severity is Severity.ERROR


@pytest.mark.parametrize(
    ("written", "imported_as"), [(3, "2"), (-1, "0"), (0.123456789, "0.123457"), (1e-9, "0")]
)
def test_temperature_is_what_the_provider_takes(written: float, imported_as: str) -> None:
    imported = read(generator(temperature=written))
    assert f"temperature: {imported_as}," in (imported.text or "")
    assert codes(imported) == ([CONFIG_RANGE] if written in {3, -1} else [])


def test_a_null_is_a_key_that_is_not_given() -> None:
    text = config(generator(2), component("ranker", top_k=1)).replace("0.7", "null")
    imported = import_source(Source("some.json", text))
    assert codes(imported) == [CONFIG_MISSING_KEY, CONFIG_MISSING_KEY]
    assert imported.text is not None
    assert "temperature:" not in imported.text


def test_options_without_counterpart_are_said() -> None:
    imported = read(generator(no_system=True))
    assert codes(imported) == [NO_COUNTERPART]
    assert codes(read(generator(no_system=False))) == []


def test_layers_have_three_forms() -> None:
    old = {"branches": 1, "models": [generator(4)]}
    text = json.dumps({"name": "some", "layers": [old, fuser()]})
    imported = import_source(Source("some.json", text))
    assert codes(imported) == [OLD_LAYER_FORM, OLD_LAYER_FORM]
    assert layers_of(imported) == [
        "layer generator(gpt_4o, samples: 4)",
        "layer fuser(gpt_4o)",
    ]


def test_branches_were_never_read() -> None:
    text = json.dumps({"layers": [{"branches": 5, "models": [generator()]}]})
    imported = import_source(Source("some.json", text))
    assert codes(imported) == [OLD_LAYER_FORM, IGNORED_KEY]
    assert "it is 5, and the layer runs once" in messages(imported)
    assert imported.plan is not None
    assert imported.plan.bounds.calls.most == 1


def test_all_mistakes_of_a_file_are_reported_in_one_run() -> None:
    imported = read(
        [generator(0), component("painter")], fuser(model_type="x"), ranker(2, model=None)
    )
    assert codes(imported) == [
        CONFIG_RANGE,
        UNKNOWN_COMPONENT,
        UNKNOWN_MODEL_TYPE,
        CONFIG_MISSING_KEY,
    ]
