"""What every known distribution promises, and which ones measures are compared on."""

import dataclasses
import math
import pickle

import numpy as np
import pytest

from infoplane import known
from infoplane.known import (
    Copies,
    DenseNormal,
    Distribution,
    Independent,
    Normal,
    NormalCdf,
    Rectangle,
    SymmetricChannel,
    Transformed,
    catalogue,
)

pytestmark = pytest.mark.portable

OTHERS = {
    "labels and labels": SymmetricChannel(),
    "side by side": Independent((Normal(rho=0.5), DenseNormal())),
    "rectangles": Transformed(Normal(rho=0.5, dims=4), x=(NormalCdf(), Rectangle())),
    "copies of a dense normal": Copies(DenseNormal(), x=2),
}
EVERY = {**catalogue(), **OTHERS}


@pytest.mark.parametrize("name", EVERY)
def test_it_is_a_distribution(name):
    law = EVERY[name]
    assert isinstance(law, Distribution)
    truth = law.mutual_information()
    assert truth.unit == "nats"
    assert isinstance(truth.value, float)
    assert math.isfinite(truth.value)
    assert truth.value >= 0
    assert truth.value == law.mutual_information().value
    if truth.errors:
        assert truth.stderr < 3e-3


@pytest.mark.parametrize("name", EVERY)
def test_its_draws_are_those_of_the_seed(name):
    law = EVERY[name]
    first, again, other = law.draw(60, seed=0), law.draw(60, seed=0), law.draw(60, seed=1)
    for i in (0, 1):
        np.testing.assert_array_equal(first[i], again[i])
        assert not np.array_equal(first[i], other[i])
        assert len(first[i]) == 60
        rows = first[i].ndim == 2
        assert first[i].dtype == (np.float64 if rows else np.int64)
        assert np.isfinite(first[i]).all()
    assert [len(side) for side in law.draw(1)] == [1, 1]


@pytest.mark.parametrize("name", EVERY)
def test_it_refuses_no_rows_and_bad_seeds(name):
    with pytest.raises(ValueError, match="n must be an integer >= 1"):
        EVERY[name].draw(0)
    with pytest.raises(ValueError, match="seed must be an integer >= 0"):
        EVERY[name].draw(5, seed=-1)


@pytest.mark.parametrize("name", EVERY)
def test_it_is_a_value(name):
    law = EVERY[name]
    copy = pickle.loads(pickle.dumps(law))
    assert copy == law
    assert hash(copy) == hash(law)
    assert (
        eval(repr(law), {**vars(known), **{n: getattr(known, n) for n in known.__all__}, "inf": math.inf})
        == law
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        law.anything = 1


def test_the_catalogue_is_small_and_varied():
    laws = catalogue()
    assert len(laws) <= 25
    assert catalogue() == laws
    assert catalogue() is not laws
    shapes = {name: [side.shape[1:] for side in law.draw(2)] for name, law in laws.items()}
    assert sum(shape == [(1,), (1,)] for shape in shapes.values()) >= 7
    for width in (2, 5, 10, 25, 50):
        assert [(width,), (width,)] in shapes.values()
    assert sum(shape[1] == () for shape in shapes.values()) >= 2
    for name, (x, y) in shapes.items():
        expected = [str(side[0]) if side else "labels" for side in (x, y)]
        assert name.endswith("+".join(expected)) or expected == ["1", "1"], name


def test_every_kind_is_in_the_catalogue_or_above():
    """Every distribution and every map, by name."""
    shown = " ".join(map(repr, EVERY.values()))
    missing = {
        name
        for name in known.__all__
        if name not in shown and name not in ("Distribution", "catalogue", "Rectify")
    }
    assert not missing
