"""Settings as JSON and back, and what two records of them say differently."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pytest

from infoplane.settings import differences, from_json, to_json
from infoplane.storage.json_lines import line


@dataclass(frozen=True)
class Inner:
    width: float
    mode: Literal["plain", "dropout"] = "plain"


@dataclass(frozen=True)
class Outer:
    n: int
    rate: float = 0.1
    flag: bool = False
    name: str | None = None
    seeds: tuple[int, ...] = (0,)
    pair: tuple[int, str] = (1, "a")
    inner: Inner = Inner(1.0)
    maybe: Inner | None = None
    parts: tuple[Inner, ...] = ()
    either: int | float | Literal["all"] = "all"
    made: tuple[str, ...] = field(default_factory=tuple)


def through_a_file(settings: Any) -> Any:
    import json

    return json.loads(line(to_json(settings)))


@pytest.mark.parametrize(
    "settings",
    [
        Outer(3),
        Outer(3, rate=2.0, flag=True, name="S₁", seeds=(), pair=(2, "b"), made=("x",)),
        Outer(3, inner=Inner(0.5, "dropout"), maybe=Inner(2.0), parts=(Inner(1.0), Inner(2.0))),
        Outer(3, either=2),
        Outer(3, either=2.5),
    ],
)
def test_what_json_holds_is_the_same_settings(settings):
    again = from_json(Outer, through_a_file(settings))
    assert again == settings
    assert repr(again) == repr(settings), "also whether a number is an integer"


def test_what_is_left_out_has_its_default():
    assert from_json(Outer, {"n": 3}) == Outer(3)


def test_a_whole_number_may_stand_for_a_float():
    assert repr(from_json(Inner, {"width": 2})) == "Inner(width=2.0, mode='plain')"


def test_numpy_s_numbers_are_numbers():
    assert to_json(Outer(np.int64(3), rate=np.float32(0.5))) == to_json(Outer(3, rate=0.5))


@pytest.mark.parametrize(
    ("there", "message"),
    [
        ({"n": 3, "depth": 1, "b": 2}, "settings: Outer has no b, depth; it has n, rate, flag"),
        ({}, "settings: Outer needs n too"),
        ({"n": 3.5}, "settings.n must be int; got 3.5"),
        ({"n": True}, "settings.n must be int; got True"),
        ({"n": 3, "flag": 1}, "settings.flag must be bool; got 1"),
        ({"n": 3, "seeds": [0, "1"]}, r"settings.seeds\[1\] must be int; got '1'"),
        ({"n": 3, "seeds": 0}, r"settings.seeds must be tuple\[int, ...\]; got 0"),
        ({"n": 3, "pair": [1]}, r"settings.pair must be tuple\[int, str\]; got \[1\]"),
        ({"n": 3, "name": 4}, r"settings.name must be str \| None; got 4"),
        ({"n": 3, "inner": {"width": 1, "x": 1}}, "settings.inner: Inner has no x; it has width, mode"),
        ({"n": 3, "maybe": {"width": "1"}}, "settings.maybe.width must be float; got '1'"),
        ({"n": 3, "inner": {"width": 1, "mode": "b"}}, "inner.mode must be Literal.*'dropout'.*; got 'b'"),
        ({"n": 3, "inner": 1}, "settings.inner must be Inner; got 1"),
    ],
)
def test_what_does_not_fit_is_named(there, message):
    with pytest.raises(ValueError, match=message):
        from_json(Outer, there)


def test_what_is_no_settings_is_refused():
    with pytest.raises(ValueError, match="got <function"):
        to_json(Inner(to_json))


def test_differences_name_the_path():
    there = to_json(Outer(3, maybe=Inner(1.0), seeds=tuple(range(9))))
    now = to_json(Outer(4, inner=Inner(2.0))) | {"new": None}
    assert differences(there, now) == [
        "n is 3 there and 4 now",
        "seeds is [0, 1, 2, 3, 4, ... (9)] there and [0] now",
        "inner.width is 1.0 there and 2.0 now",
        "maybe is {'width': 1.0, 'mode': 'plain'} there and None now",
        "new is absent there and None now",
    ]
    assert differences(there, there) == []
