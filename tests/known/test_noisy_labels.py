import math

import numpy as np
import pytest

from infoplane import KSG, Plugin
from infoplane.known import NoisyLabels, SymmetricChannel


def joint(channel):
    c = channel.classes
    p = np.full(c, 1 / c) if channel.probabilities is None else np.array(channel.probabilities)
    kernel = np.full((c, c), channel.flip / (c - 1))
    np.fill_diagonal(kernel, 1 - channel.flip)
    return p[:, None] * kernel


CHANNELS = [
    SymmetricChannel(),
    SymmetricChannel(2, 0.11),
    SymmetricChannel(3, 1),
    SymmetricChannel(4, 0),
    SymmetricChannel(3, 0.4, (0.5, 0.3, 0.2)),
    SymmetricChannel(3, 0.1, (0.5, 0.5, 0)),
]


@pytest.mark.parametrize("channel", CHANNELS, ids=repr)
def test_information_of_the_table(channel):
    table = joint(channel)
    there = table > 0
    product = table.sum(axis=1, keepdims=True) * table.sum(axis=0)
    truth = np.sum(table[there] * np.log(table[there] / product[there]))
    assert channel.mutual_information().value == pytest.approx(truth, abs=1e-14)
    assert channel.mutual_information().errors == {}


def test_limits():
    assert SymmetricChannel(7, 0).mutual_information().value == pytest.approx(math.log(7))
    assert SymmetricChannel(7, 6 / 7).mutual_information().value == pytest.approx(0, abs=1e-15)
    binary = SymmetricChannel(2, 0.3).mutual_information()
    assert binary.value == pytest.approx(SymmetricChannel(2, 0.7).mutual_information().value)
    assert NoisyLabels(5, 0).mutual_information().value == pytest.approx(math.log(5))
    assert NoisyLabels(5).label_entropy().value == pytest.approx(math.log(5))


@pytest.mark.parametrize("channel", CHANNELS, ids=repr)
def test_draws(channel):
    n, c = 40_000, channel.classes
    x, y = channel.draw(n, seed=0)
    assert x.shape == y.shape == (n,)
    assert x.dtype == y.dtype == np.int64
    counts = np.bincount(c * x + y, minlength=c * c).reshape(c, c) / n
    assert np.abs(counts - joint(channel)).max() < 4.5 * 0.5 / math.sqrt(n)
    bias = (c - 1) ** 2 / (2 * n)  # of frequencies, to first order
    assert Plugin()(x, y).value - bias == pytest.approx(channel.mutual_information().value, abs=0.02)


def test_labels_of_a_cube(near):
    law = NoisyLabels(classes=4, flip=0.1, width=3)
    x, y = law.draw(20_000, seed=0)
    assert x.shape == (20_000, 3)
    assert y.dtype == np.int64
    right = np.floor(4 * x[:, 0]) == y
    assert abs(right.mean() - 0.9) < 4 * 0.3 / math.sqrt(20_000)
    assert abs(np.corrcoef(x[:, 1], y)[0, 1]) < 4 / math.sqrt(20_000)
    line = NoisyLabels(classes=4, flip=0.1)
    assert line.mutual_information() == law.mutual_information()
    mean, tolerance = near(line, KSG(k=5))
    assert tolerance < 0.05
    assert abs(mean - line.mutual_information().value) < tolerance


def test_they_are_values():
    channel = SymmetricChannel(2, 0.1, [0.25, 0.75])
    assert channel == SymmetricChannel(2, 0.1, (0.25, 0.75))
    assert hash(channel) == hash(SymmetricChannel(2, 0.1, (0.25, 0.75)))


@pytest.mark.parametrize(
    ("law", "settings", "says"),
    [
        (SymmetricChannel, {"classes": 1}, "classes must be an integer >= 2"),
        (SymmetricChannel, {"flip": 1.5}, "flip must be a finite number >= 0 and <= 1"),
        (SymmetricChannel, {"classes": 2, "probabilities": (0.5, 0.6)}, "with sum 1"),
        (SymmetricChannel, {"classes": 3, "probabilities": (0.5, 0.5)}, "3 numbers"),
        (NoisyLabels, {"classes": 1}, "classes must be an integer >= 2"),
        (NoisyLabels, {"flip": -0.5}, "flip must be a finite number >= 0 and <= 1"),
        (NoisyLabels, {"width": 0}, "width must be an integer >= 1"),
    ],
)
def test_refuses(law, settings, says):
    with pytest.raises(ValueError, match=says):
        law(**settings)
