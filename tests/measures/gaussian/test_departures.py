"""When a note says that scores are not normal: where the value is wrong, and not where it is right."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm, rankdata

from infoplane import GaussianCopula, Sample, known, labels
from infoplane.measures._scores import whitened_scores
from infoplane.measures.gaussian import _departures
from infoplane.measures.gaussian._normal import Classes

pytestmark = pytest.mark.portable
NOT_NORMAL = "not normal"
CATALOGUE = known.catalogue()


def softmax(n, classes, temperature, seed=0):
    """Outputs of a softmax, labels drawn by them, and H(Y) - H(Y|T)."""
    rng = np.random.default_rng(seed)
    t = np.exp(temperature * rng.normal(size=(n, classes)))
    t /= t.sum(axis=1, keepdims=True)
    y = (t.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(0, classes - 1)
    mean = t.mean(axis=0)
    return t, y, -(mean * np.log(mean)).sum() + (t * np.log(t)).sum(axis=1).mean()


@pytest.mark.parametrize(("classes", "temperature"), [(3, 1), (10, 1), (10, 3)])
def test_outputs_of_a_softmax(classes, temperature):
    t, y, truth = softmax(3000, classes, temperature)
    estimate = GaussianCopula()(t, labels(y))
    assert estimate.value > 1.25 * truth
    assert "the normal scores of x are not normal both within the classes of y and over all" in estimate.note
    assert "the rows of x have one sum" in estimate.note
    before = GaussianCopula()(np.log(t[:, :-1] / t[:, -1:]), labels(y))  # what the note says
    assert abs(before.value - truth) < 0.11 * truth
    assert "one sum" not in before.note


def test_few_outputs_of_a_softmax():
    for seed in range(5):
        t, y, _ = softmax(300, 3, 1, seed)
        for values in (np.float32(t), 8e307 * t, 1e-300 * t):
            assert "the rows of x have one sum" in GaussianCopula()(values, labels(y)).note


def test_rows_less_their_mean():
    """As many normal columns in one more: near the truth again without any of them."""
    law = known.LabelledNormal(means=((0, 0, 0), (1, 0, 1), (0, 1, 0)))
    x, y = law.draw(2000, seed=0)
    centred = np.column_stack([x, -x.sum(axis=1)])
    estimate, truth = GaussianCopula()(centred, y), law.mutual_information().value
    assert "the rows of x have one sum" in estimate.note
    without = GaussianCopula()(centred[:, 1:], y)
    assert without.note == ""
    assert abs(without.value - truth) < 0.1 * truth
    two = GaussianCopula()(np.column_stack([x[:, 0], -x[:, 0]]), y)
    assert "one sum" not in two.note  # one is linear in the other, and left out


@pytest.mark.parametrize(
    "name", ["additive noise", "student", "swiss roll 2+1", "spiral 5+5", "asinh student 5+5", "blobs 64+64"]
)
def test_what_is_wrong_by_a_fifth_is_noted(name):
    law, (x, y) = CATALOGUE[name], CATALOGUE[name].draw(2000, seed=1)
    truth, estimate = law.mutual_information().value, GaussianCopula()(x, y)
    assert abs(estimate.value - truth) > 0.2 * truth
    assert NOT_NORMAL in estimate.note


NORMAL = ("normal", "half-cube", "normal 2+2", "normal 10+10", "dense 5+5", "sparse 25+25", "dense 50+50")


@pytest.mark.parametrize("name", NORMAL)
@pytest.mark.parametrize("n", [200, 2000])
def test_normal_copulas_are_not_noted(name, n):
    for seed in range(10 if n == 200 else 3):
        assert NOT_NORMAL not in GaussianCopula()(*CATALOGUE[name].draw(n, seed)).note


@pytest.mark.parametrize("rho", [0.0, 0.9, 0.99])
def test_what_ranks_do_to_strong_correlations_is_not_noted(rho):
    for seed in range(100):
        x, y = known.Normal(rho=rho).draw(200, seed)
        assert NOT_NORMAL not in GaussianCopula()(x, y).note


def test_columns_that_hardly_differ_are_not_noted():
    """Whitening makes much of their difference, which ranks know badly."""
    for seed in range(20):
        x, y = known.Normal(rho=0.7, dims=2).draw(500, seed)
        x = x @ [[1.0, 1.0], [0.0, 0.01]]
        assert NOT_NORMAL not in GaussianCopula()(x, y).note


def apart(far, dims=2):
    return known.LabelledNormal(means=((0.0,) * dims, (far,) + (0.0,) * (dims - 1)))


def test_normal_classes_that_overlap_are_not_noted():
    for seed in range(10):
        for law in (apart(0.0), apart(1.0), apart(1.5, 10)):
            for n in (200, 1000):
                assert NOT_NORMAL not in GaussianCopula()(*law.draw(n, seed)).note
    many = known.LabelledNormal(means=tuple(map(tuple, 0.5 * np.random.default_rng(0).normal(size=(10, 3)))))
    for seed in range(5):
        assert NOT_NORMAL not in GaussianCopula()(*many.draw(1000, seed)).note


def rings(rng, y):
    angle, radius = rng.uniform(0, 2 * np.pi, len(y)), 1 + y + 0.1 * rng.normal(size=len(y))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def spirals(rng, y):
    angle = rng.uniform(np.pi, 3 * np.pi, len(y))
    turned = angle + np.pi * y
    roll = np.column_stack([angle * np.cos(turned), angle * np.sin(turned)])
    return roll + 0.2 * rng.normal(size=(len(y), 2))


def corners(rng, y):
    x = np.abs(rng.normal(size=(len(y), 2)))
    return x * rng.choice([-1, 1], size=(len(y), 1)) * np.column_stack([np.ones(len(y)), 1 - 2 * y])


@pytest.mark.parametrize("shape", [rings, spirals, corners])
def test_classes_of_another_shape(shape):
    """All classes can be told from x, so the information is ln 2, of which a normal sees less than half."""
    y = np.arange(2000) % 2
    estimate = GaussianCopula()(shape(np.random.default_rng(0), y), labels(y))
    assert estimate.value < 0.5 * np.log(2)
    assert NOT_NORMAL in estimate.note


def test_squares_of_few_columns_among_many():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 30))
    y = (x[:, :2] ** 2).sum(axis=1) + 0.3 * rng.normal(size=2000)
    estimate = GaussianCopula()(x, y)
    assert abs(estimate.value) < 0.05
    assert NOT_NORMAL in estimate.note


def test_independent_variables_of_any_shape_are_not_noted():
    """The value is right: 0."""
    rng = np.random.default_rng(0)
    y = np.arange(2000) % 2
    x, other = spirals(rng, y), rings(rng, y)
    for value in (other[rng.permutation(2000)], labels(rng.permutation(y))):
        estimate = GaussianCopula()(x, value)
        assert abs(estimate.value) < 0.01
        assert NOT_NORMAL not in estimate.note


def test_the_order_of_rows_and_of_variables_does_not_matter():
    rng = np.random.default_rng(0)
    t, y, _ = softmax(600, 8, 2)
    x, angle = CATALOGUE["swiss roll 2+1"].draw(1000, seed=0)
    for one, other in ((t, labels(y)), (t[:, :1], labels(y)), (x, angle)):
        rows = rng.permutation(len(one))
        other = other if isinstance(other, np.ndarray) else other.values
        make = labels if other.dtype.kind == "i" else np.asarray
        note = GaussianCopula()(one, make(other)).note
        assert GaussianCopula()(one[rows], make(other[rows])).note == note
    swapped = GaussianCopula()(angle, x).note
    assert NOT_NORMAL in swapped
    assert GaussianCopula()(x, angle).note.split("by some")[1] == swapped.split("by some")[1]


@pytest.mark.parametrize("width", [1, 3])
def test_what_is_told_of_classes_is_what_each_of_them_tells(width):
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, 500)
    x, y = Sample(np.square(rng.normal(size=(500, width))) + codes[:, None]), labels(codes)
    white = whitened_scores(x)
    classes, shares = Classes.of(white, y), np.bincount(codes) / 500
    parts = [white.values[codes == c] for c in range(3)]
    laws = [multivariate_normal(part.mean(axis=0), np.cov(part.T)) for part in parts]
    density = sum(share * law.pdf(white.values) for share, law in zip(shares, laws, strict=True))
    normal = multivariate_normal(np.zeros(width)).logpdf(white.values)
    assert np.isclose(_departures._over_mixture(white.values, classes), np.mean(np.log(density) - normal))
    within = 0.0
    for share, part in zip(shares, parts, strict=True):
        root = np.linalg.cholesky(np.atleast_2d(np.cov(part.T)))
        alone = np.linalg.solve(root, (part - part.mean(axis=0)).T).T.clip(-3, 3)
        within += share * _departures._half_squares(alone, _departures._radii(alone))
    assert within > 0.05
    assert np.isclose(_departures._within(white, y, classes), within)


@pytest.mark.parametrize("decimals", [1, 9])
def test_white_scores_of_a_column_are_its_scores(decimals):
    column = np.random.default_rng(0).normal(size=(301, 1)).round(decimals)
    scores = norm.ppf(rankdata(column) / 302)
    np.testing.assert_allclose(
        whitened_scores(Sample(column)).values[:, 0],
        (scores - scores.mean()) / scores.std(ddof=1),
        atol=1e-12,
    )
