import numpy as np
import pytest
from scipy.special import digamma
from sklearn.feature_selection._mutual_info import _compute_mi_cc, _compute_mi_cd

from infoplane import KSG, DegenerateData, MixedKSG, continuous, known, labels

pytestmark = pytest.mark.portable


@pytest.fixture
def golden():
    rng = np.random.RandomState(0)
    x = rng.randn(50, 4)
    return x, x[:, :2] + 0.1 * rng.randn(50, 2)


@pytest.mark.parametrize(("k", "figure"), [(3, 1.39042), (5, 1.19708)])
def test_npeet_gives_the_same(golden, k, figure):
    assert KSG(k=k)(*golden).value == pytest.approx(figure, abs=6e-6)


def test_ross_as_scikit_learn_printed_it(golden):
    x, _ = golden
    assert KSG(k=3)(x[:, 0], labels(x[:, 0] > 0)).value == pytest.approx(0.644057, abs=6e-7)


@pytest.mark.parametrize("seed", range(6))
def test_scikit_learn_on_continuous_columns(seed):
    """Where its clip at zero doesn't bite."""
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(20, 400)), int(rng.integers(1, 9))
    x = rng.normal(size=n)
    y = x + rng.uniform(0.05, 0.6) * rng.standard_t(3, size=n)
    theirs = _compute_mi_cc(x, y, n_neighbors=k)
    assert theirs > 0
    assert KSG(k=k)(x, y).value == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_scikit_learn_on_labels_with_small_and_single_classes(seed):
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(40, 300)), int(rng.integers(2, 8))
    y = rng.integers(0, 3, size=n)
    y[:10] = [7, 8, 8, 9, 9, 9, 10, 10, 10, 10]  # one of a single sample, and of 2, 3, 4
    # whole numbers: in small classes theirs takes distances from squares, which is exact for these only
    x = rng.permutation(4 * n)[:n] + n * y
    theirs = _compute_mi_cd(x.astype(float), y, n_neighbors=k)
    estimate = KSG(k=k)(continuous(x), y)
    assert theirs > 0
    assert estimate.value == pytest.approx(theirs, abs=1e-12)
    assert "1 classes of a single sample left out" in estimate.note
    assert f"no more than k={k} samples and use all they have" in estimate.note
    assert KSG(k=k)(y, continuous(x)).value == pytest.approx(theirs, abs=1e-12)


def ross_by_definition(x, y, k):
    apart = np.abs(x[:, None] - x[None]).max(axis=2)
    total = []
    for i in range(len(x)):
        others = np.sort(apart[i, (y == y[i]) & (np.arange(len(x)) != i)])
        near = min(k, len(others))
        within = (apart[i] < others[near - 1]).sum()
        total.append(digamma(near) - digamma(len(others) + 1) - digamma(within))
    return digamma(len(x)) + np.mean(total)


def test_labels_and_vectors_by_the_definition():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, size=150)
    x = rng.normal(size=(150, 6)) + y[:, None]
    assert KSG(k=4)(x, y).value == pytest.approx(ross_by_definition(x, y, 4), abs=1e-12)


NORMALS = [
    known.Normal(rho=0.0),
    known.Normal(rho=0.9),
    known.Normal(information=1.0, dims=2),
    known.Normal(information=0.5, dims=(3, 1)),
]


@pytest.mark.parametrize("truth", NORMALS, ids=repr)
def test_normal(truth):
    """Ten draws: the mean is within 4 standard errors and the measured bias of the truth."""
    values = np.array([KSG(k=5)(*truth.draw(1000, seed=seed)).value for seed in range(10)])
    error = values.std(ddof=1) / np.sqrt(10)
    bias = 0.03 if sum(truth.widths) > 2 else 0.0  # measured: -0.029 for I = 1 in 2 + 2 dimensions
    assert abs(values.mean() - truth.mutual_information().value) < 4 * error + bias


def test_uniform_channel():
    truth = known.UniformChannel(width=0.5)
    values = np.array([KSG(k=5)(*truth.draw(1000, seed=seed)).value for seed in range(10)])
    error = values.std(ddof=1) / np.sqrt(10)
    bias = 0.05  # measured; the density has edges, and it is 0.02 for n = 5000, 0.009 for 20,000
    assert abs(values.mean() - truth.mutual_information().value) < 4 * error + bias


def test_labelled_normal():
    truth = known.LabelledNormal(means=(-1, 0, 2), probabilities=(0.5, 0.2, 0.3))
    values = np.array([KSG(k=5)(*truth.draw(1000, seed=seed)).value for seed in range(10)])
    assert abs(values.mean() - truth.mutual_information().value) < 4 * values.std(ddof=1) / np.sqrt(10) + 0.01


def test_independent_data_average_to_zero_unclipped():
    rng = np.random.default_rng(0)
    values = np.array([KSG(k=3)(rng.normal(size=200), rng.normal(size=200)).value for _ in range(200)])
    assert (values < 0).mean() > 0.3
    assert abs(values.mean()) < 4 * values.std() / np.sqrt(200)


def test_scale_of_both_and_shift_do_not_matter():
    x, y = known.Normal(rho=0.7).draw(300, seed=0)
    value = KSG(k=3)(x, y).value
    for scale in (2.0**-500, 2.0**500):  # a power of two changes no digit
        assert KSG(k=3)(scale * x, scale * y).value == pytest.approx(value, abs=1e-12)


def test_zero_distances_count_no_others():
    """A clump of three counts none, ψ(1) on both sides; of points 1 apart only the outermost count one."""
    x = np.concatenate([np.zeros(3), np.arange(50.0, 87.0)])
    estimate = KSG(k=2)(x, x)
    others = np.array([0] * 3 + [1] + [0] * 35 + [1])  # within radius 1 there are none, within 2 the next one
    expected = digamma(2) + digamma(40) - 2 * digamma(others + 1).mean()
    assert estimate.value == pytest.approx(expected, abs=1e-14)
    assert "3 of 40 points have their k=2 neighbours at distance zero" in estimate.note
    assert "3 of 40 rows of x occur more than once" in estimate.note


def test_ties_are_named():
    rng = np.random.default_rng(0)
    x = np.round(rng.normal(size=100), 1)
    tied = int((np.unique(x, return_counts=True)[1][np.unique(x, return_inverse=True)[1]] > 1).sum())
    note = KSG(k=3)(x, rng.normal(size=100)).note
    assert note.startswith(f"{tied} of 100 rows of x occur more than once (ties or atoms); ")
    assert note.endswith("; KSG assumes none: use prepare.jitter(1e-3)")
    assert KSG(k=3)(rng.normal(size=100), rng.normal(size=100)).note == ""


@pytest.mark.parametrize("measure", [KSG(k=3), MixedKSG(k=3)])
@pytest.mark.parametrize("side", ["pair", "labels"])
def test_quantised_columns_are_named_where_no_row_repeats(measure, side):
    rng = np.random.default_rng(0)
    x = np.round(rng.normal(size=(300, 12)))
    y = x[:, :1] + rng.normal(size=(300, 1))
    y = y[:, 0] > 0 if side == "labels" else y
    assert "points tie with others at their k-th distance (rounded values" in measure(x, y).note
    assert "points tie" not in measure(x + 0.1 * rng.normal(size=x.shape), y).note


def test_dead_columns_change_nothing_and_are_named():
    x, y = known.Normal(information=1, dims=2).draw(200, seed=0)
    dead = np.column_stack([np.full(200, 3.0), x, np.zeros(200)])
    estimate = KSG(k=3)(dead, y)
    assert estimate.value == KSG(k=3)(x, y).value
    assert estimate.note == "2 of 4 columns of x are constant"


def test_labels_of_single_members():
    with pytest.raises(DegenerateData, match=r"every label of 'y' occurs once.*continuous\(y\)"):
        KSG(k=3)(np.random.default_rng(0).normal(size=20), np.arange(20))


def test_two_sides_of_labels():
    with pytest.raises(ValueError, match=r"Use Plugin\(\)"):
        KSG(k=1)([0, 1, 0, 1], [0, 1, 1, 1])


def test_integers_said_to_be_continuous():
    x = np.arange(30)
    assert KSG(k=3)(continuous(x), continuous(x**2, "y")) == KSG(k=3)(x.astype(float), x**2.0)
