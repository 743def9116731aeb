"""Several keys of one provider: their order, their rests, and that none is ever shown."""

from __future__ import annotations

from random import Random

import anyio
import pytest

from archon_runtime.errors import (
    KeyMissing,
    KeyRefused,
    ProviderError,
    ProviderRateLimited,
    ProviderUnavailable,
)
from archon_runtime.providers.key_ring import KeyRing, TakenKey, read_keys
from tests.runtime.loopback import CANARY

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["virtual"], indirect=True),
]


def ring(count: int = 3) -> KeyRing:
    return KeyRing([(f"K_{i}", f"{CANARY}-{i}") for i in range(count)], random=Random(1))


def taken(keys: KeyRing, model: str = "m") -> TakenKey:
    return keys.take(model)


def variables(keys: KeyRing, times: int, model: str = "m") -> list[str]:
    return [taken(keys, model).variable for _ in range(times)]


def limit(keys: KeyRing, after_s: float | None = None, model: str = "m") -> ProviderError:
    error = ProviderRateLimited("slow down", retry_after_s=after_s)
    keys.judge(error, taken(keys, model), model)
    return error


async def test_keys_are_given_in_turn() -> None:
    assert variables(ring(), 4) == ["K_0", "K_1", "K_2", "K_0"]


async def test_ring_may_be_empty() -> None:
    assert KeyRing().take("m").variable == ""
    assert KeyRing().ready_in_s("m") == 0


async def test_limited_key_rests_for_as_long_as_the_server_says() -> None:
    keys = ring()
    assert limit(keys, 30).other_keys == 2
    assert variables(keys, 3) == ["K_1", "K_2", "K_1"]
    await anyio.sleep(30)
    assert "K_0" in variables(keys, 3)


async def test_limit_of_a_model_is_not_that_of_another_one() -> None:
    keys = ring(1)
    limit(keys, 30, "m")
    assert keys.ready_in_s("m") == pytest.approx(30)
    assert keys.ready_in_s("other") == 0


async def test_when_all_rest_the_error_says_for_how_long() -> None:
    keys = ring(2)
    assert limit(keys, 30).retry_after_s == 30
    last = limit(keys, 50)
    assert last.other_keys == 0
    assert last.retry_after_s == pytest.approx(30)
    assert taken(keys).variable == "K_0"


async def test_rests_grow_only_with_failures_one_after_another() -> None:
    longest: list[float] = []
    for _ in range(200):
        keys = KeyRing([("K", CANARY)], random=Random(len(longest)))
        together = [taken(keys) for _ in range(64)]
        for key in together:
            keys.judge(ProviderRateLimited("slow down"), key, "m")
        longest.append(keys.ready_in_s("m"))
    assert 0.9 < max(longest) <= 1.0
    assert min(longest) < 0.1


async def test_rest_is_forgotten_once_the_key_works() -> None:
    keys = ring(1)
    for _ in range(8):
        limit(keys, 1)
        await anyio.sleep(1)
    keys.worked(taken(keys), "m")
    limit(keys)
    assert keys.ready_in_s("m") <= 1.0


async def test_late_success_of_an_earlier_request_ends_no_rest() -> None:
    keys = ring(1)
    early = taken(keys)
    await anyio.sleep(1)
    limit(keys, 30)
    keys.worked(early, "m")
    assert keys.ready_in_s("m") == pytest.approx(30)


async def test_refused_keys_are_named_and_nothing_more_is_sent() -> None:
    keys = ring(2)
    first = KeyRefused("status 401")
    keys.judge(first, taken(keys), "m")
    assert first.other_keys == 1
    last = KeyRefused("status 401")
    keys.judge(last, taken(keys), "m")
    assert last.other_keys == 0
    assert last.help == "check the keys in the environment variables `K_0`, `K_1`"
    for ask in (keys.take, keys.ready_in_s):
        with pytest.raises(KeyRefused, match="`K_0` and `K_1`"):
            ask("m")
    await anyio.sleep(120)
    assert taken(keys).variable == "K_0"


async def test_key_refused_for_a_model_serves_others() -> None:
    keys = ring(1)
    keys.judge(KeyRefused("status 403", of_model=True), taken(keys), "m")
    assert taken(keys, "other").variable == "K_0"


async def test_limited_key_is_preferred_to_a_refused_one() -> None:
    keys = ring(2)
    keys.judge(KeyRefused("status 401"), taken(keys), "m")
    error = limit(keys, 5)
    assert error.other_keys == 0
    assert keys.ready_in_s("m") == pytest.approx(5)
    assert taken(keys).variable == "K_1"


async def test_failure_of_the_server_is_not_the_key_s() -> None:
    keys = ring(1)
    keys.judge(ProviderUnavailable("status 500"), taken(keys), "m")
    assert keys.ready_in_s("m") == 0


async def test_no_key_is_shown() -> None:
    keys = ring()
    assert CANARY not in repr(keys) + repr(taken(keys))
    assert keys.hide(f"a {CANARY}-2 b {CANARY}-0".encode()) == "a … b …".encode()


async def test_variables_are_read_in_the_order_of_their_numbers() -> None:
    environ = {
        "KEY_10": "ten",
        "KEY_2": "two",
        "KEY": "one",
        "KEY_3": "two",
        "KEY_4": " ",
        "KEY_x": "no",
        "MY_KEY_2": "no",
        "KEY_02": "no",
    }
    read = read_keys("KEY", environ, place="", required=True)
    assert read == (("KEY", "one"), ("KEY_2", "two"), ("KEY_10", "ten"))


async def test_numbered_keys_do_without_the_first() -> None:
    assert read_keys("KEY", {"KEY_2": "two"}, place="", required=True) == (("KEY_2", "two"),)


async def test_unusable_numbered_key_names_its_variable() -> None:
    with pytest.raises(KeyMissing, match="`KEY_2`") as caught:
        read_keys("KEY", {"KEY": "one", "KEY_2": f"{CANARY} x"}, place="", required=True)
    assert CANARY not in str(caught.value)
