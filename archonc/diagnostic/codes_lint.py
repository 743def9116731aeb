"""The codes of lint rules (Lxxx): what is allowed, but surely not meant."""

from __future__ import annotations

from archonc.diagnostic.code import Code

ONLY_ORDERS = "L001"
FUSES_ONE = "L002"
IDLE_VERDICT = "L003"
SAMPLES_AT_ZERO = "L004"
JUDGES_ITSELF = "L005"
WINDOW_MAY_OVERFLOW = "L006"
MAX_TOKENS_MISSING = "L007"
SAME_LAYER_TWICE = "L008"
LONG_LIST = "L009"
UNUSED_NAME = "L010"
LIMIT_OUT_OF_REACH = "L011"
LIMIT_LIKELY_REACHED = "L012"
IDLE_ALLOW = "L013"

LINT_CODES: tuple[Code, ...] = (
    Code(ONLY_ORDERS, "only-orders", "a layer keeps all candidates, in an order that nothing uses"),
    Code(FUSES_ONE, "fuses-one", "a fuser is shown one candidate and no critique"),
    Code(IDLE_VERDICT, "idle-verdict", "a lone candidate is checked and goes on whatever is found"),
    Code(SAMPLES_AT_ZERO, "samples-at-zero", "several samples are asked for at temperature 0"),
    Code(JUDGES_ITSELF, "judges-itself", "a model judges candidates that it alone wrote"),
    Code(WINDOW_MAY_OVERFLOW, "window-may-overflow", "a prompt may be too long for its window"),
    Code(
        MAX_TOKENS_MISSING,
        "max-tokens-missing",
        "tokens or cost are limited, `max_tokens` is not set",
    ),
    Code(SAME_LAYER_TWICE, "same-layer-twice", "a layer does again what the layer before it did"),
    Code(LONG_LIST, "long-list", "one prompt shows more than 32 candidates"),
    Code(UNUSED_NAME, "unused-name", "something is declared and nothing uses it"),
    Code(LIMIT_OUT_OF_REACH, "limit-out-of-reach", "a limit is above all that can be spent"),
    Code(LIMIT_LIKELY_REACHED, "limit-likely-reached", "a limit is likely to be reached"),
    Code(IDLE_ALLOW, "idle-allow", "a comment allows what no rule finds there"),
)
