"""The codes of importing published configurations (A05xx)."""

from __future__ import annotations

from archonc.diagnostic.code import Code

INVALID_JSON = "A0501"
JSON_TOO_DEEP = "A0502"
DUPLICATE_KEY = "A0503"
NOT_A_CONFIG = "A0504"
CONFIG_EMPTY = "A0505"
CONFIG_MISSING_KEY = "A0506"
CONFIG_WRONG_VALUE = "A0507"
CONFIG_RANGE = "A0508"
UNKNOWN_COMPONENT = "A0509"
UNKNOWN_MODEL_TYPE = "A0510"
LOCAL_RANKING_MODEL = "A0511"
MIXED_LAYER = "A0512"
CROWDED_LAYER = "A0513"
NOTHING_FLOWS_IN = "A0514"
LATE_GENERATOR = "A0515"
NO_TESTS_WRITTEN = "A0516"
MISSPELT_KEY = "A0517"
IGNORED_KEY = "A0518"
NO_COUNTERPART = "A0519"
OLD_LAYER_FORM = "A0520"
MISPAIRED_CRITIQUES = "A0521"
CRITIC_DROPPED = "A0522"
TESTS_DROPPED = "A0523"
TESTS_NOT_EVALUATED = "A0524"
TESTS_HIDDEN = "A0525"
SEVERAL_AT_END = "A0526"
KEEPS_ALL = "A0527"
OTHER_EFFECT = "A0528"
NO_CRITIQUES = "A0529"

IMPORT_CODES: tuple[Code, ...] = (
    Code(INVALID_JSON, "invalid-json", "a configuration is not JSON"),
    Code(JSON_TOO_DEEP, "json-too-deep", "lists and objects are nested deeper than 100"),
    Code(DUPLICATE_KEY, "duplicate-key", "an object holds the same key twice"),
    Code(NOT_A_CONFIG, "not-a-config", "the JSON has not the form of a configuration"),
    Code(CONFIG_EMPTY, "config-empty", "a configuration or a layer of it holds nothing"),
    Code(CONFIG_MISSING_KEY, "config-missing-key", "a component lacks a key that it needs"),
    Code(CONFIG_WRONG_VALUE, "config-wrong-value", "a key has a value of the wrong kind"),
    Code(CONFIG_RANGE, "config-range", "a number is too small or too large for its key"),
    Code(UNKNOWN_COMPONENT, "unknown-component", "a component has a type that does not exist"),
    Code(UNKNOWN_MODEL_TYPE, "unknown-model-type", "a `model_type` names no known provider"),
    Code(
        LOCAL_RANKING_MODEL, "local-ranking-model", "a ranker uses PairRM, which is no chat model"
    ),
    Code(MIXED_LAYER, "mixed-layer", "a layer of a configuration mixes types"),
    Code(CROWDED_LAYER, "crowded-layer", "a layer holds several of a type that stands alone"),
    Code(NOTHING_FLOWS_IN, "nothing-flows-in", "a layer works on candidates before there are any"),
    Code(LATE_GENERATOR, "late-generator", "a later generator throws the candidates away"),
    Code(NO_TESTS_WRITTEN, "no-tests-written", "tests are evaluated that nothing wrote"),
    Code(MISSPELT_KEY, "misspelt-key", "a key is misspelt, so that nothing read it"),
    Code(IGNORED_KEY, "ignored-key", "a configuration has a key that nothing reads"),
    Code(NO_COUNTERPART, "no-counterpart", "an option has no counterpart in the language"),
    Code(OLD_LAYER_FORM, "old-layer-form", "a layer is not written as a list"),
    Code(
        MISPAIRED_CRITIQUES,
        "mispaired-critiques",
        "critiques were shown with candidates that they are not about",
    ),
    Code(CRITIC_DROPPED, "critic-dropped", "a critic whose critiques nobody reads is left out"),
    Code(TESTS_DROPPED, "tests-dropped", "a test generator whose tests nobody reads is left out"),
    Code(TESTS_NOT_EVALUATED, "tests-not-evaluated", "tests are written and never evaluated"),
    Code(TESTS_HIDDEN, "tests-hidden", "a later layer saw the tests within the question"),
    Code(SEVERAL_AT_END, "several-at-end", "a configuration ends with several candidates"),
    Code(KEEPS_ALL, "keeps-all", "a layer keeps as many candidates as flow in, or more"),
    Code(OTHER_EFFECT, "other-effect", "the published runner did not do what an option says"),
    Code(NO_CRITIQUES, "no-critiques", "a ranker is told to use critiques and there are none"),
)
