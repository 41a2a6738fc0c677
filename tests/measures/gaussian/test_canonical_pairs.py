import numpy as np
import pytest

from infoplane import (
    HSIC,
    KSG,
    CanonicalPairs,
    DegenerateData,
    FromEntropy,
    GaussianCopula,
    KozachenkoLeonenko,
    Permuted,
    Plugin,
    Prepared,
    Sample,
    known,
    prepare,
)
from infoplane.measures._scores import canonical, whitened_scores
from infoplane.measures.gaussian._normal import by_chance

pytestmark = pytest.mark.portable

TRUTH = -np.log(0.36)  # two pairs of correlation .8: 1.0217 nats


def sparse(n, seed):
    """Five and five columns, of which two pairs correlate, each side turned."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, n, 5))
    y[:, :2] = 0.8 * x[:, :2] + 0.6 * y[:, :2]
    turn, other = (np.linalg.qr(rng.normal(size=(5, 5)))[0] for _ in range(2))
    return x @ turn, y @ other


def test_a_sparse_normal():
    values = [CanonicalPairs(KSG(k=5))(*sparse(2000, seed)).value for seed in range(4)]
    excess = 25 / 4000 + 0.02  # of canonical correlations by chance, and of KSG, as measured
    assert abs(np.mean(values) - TRUTH) < 4 * np.std(values, ddof=1) / 2 + excess
    assert KSG(k=5)(*sparse(2000, 0)).value < 0.7


def test_worse_than_ksg_on_a_swiss_roll():
    """Two of three columns wind about the angle, which no linear function of their scores gives back."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(1.5 * np.pi, 4.5 * np.pi, size=1500)
    roll = np.column_stack([angle * np.cos(angle), rng.uniform(0, 21, size=1500), angle * np.sin(angle)])
    y = angle + rng.normal(size=1500)
    truth = KSG(k=5)(angle, y).value
    assert abs(KSG(k=5)(roll, y).value - truth) < 0.1
    assert CanonicalPairs(KSG(k=5))(roll, y).value < 0.7 * truth


def test_monotone_changes_and_linear_maps_after_the_copula():
    x, y = sparse(300, 0)
    measure = CanonicalPairs(KSG(k=3))
    assert measure(np.exp(x), y**3) == measure(x, y)
    turned = prepare.copula(x).values @ np.random.default_rng(0).normal(size=(5, 5))
    near = CanonicalPairs(GaussianCopula())(
        turned, y
    ).value  # the copula of a mixture is not that of its parts
    assert near == pytest.approx(CanonicalPairs(GaussianCopula())(x, y).value, abs=0.05)


def test_single_columns_have_the_measures_number():
    x, y = known.Normal(rho=0.6).draw(300, seed=0)
    measure = FromEntropy(KozachenkoLeonenko(k=3))  # not KSG: distances in x and y are equal but for rounding
    steps = [prepare.copula, prepare.standardise]
    both = Prepared(measure, x=steps, y=steps)
    assert CanonicalPairs(measure)(x, y).value == pytest.approx(both(x, y).value, abs=1e-12)


def test_equal_distances_in_both_columns_stay_equal():
    """Both hold the same scores; sums in the order of the rows would differ in the last digit."""
    x, y = known.Normal(rho=0.6).draw(300, seed=0)
    value = CanonicalPairs(KSG(k=3))(x, y).value
    for seed in range(5):
        rows = np.random.default_rng(seed).permutation(300)
        assert CanonicalPairs(KSG(k=3))(x[rows], y[rows]).value == pytest.approx(value, abs=1e-12)
    a, b = (whitened_scores(Sample(side)).values for side in (x, y))
    np.testing.assert_array_equal(np.sort(a, axis=0), np.sort(b, axis=0))


def test_as_many_pairs_as_the_narrower_side_has():
    x, y = known.Normal(information=1.0, dims=(4, 2)).draw(400, seed=0)
    scores = [prepare.copula(side).values for side in (x, y)]
    white = [np.linalg.qr(side - side.mean(axis=0))[0] for side in scores]
    a, s, b = np.linalg.svd(white[0].T @ white[1], full_matrices=False)
    assert len(s) == 2
    pairs = zip((white[0] @ a).T, (white[1] @ b.T).T, strict=True)
    expected = sum(KSG(k=3)(u, v).value for u, v in pairs)
    assert CanonicalPairs(KSG(k=3))(x, y).value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("n", "dx", "dy"), [(200, 10, 10), (120, 40, 5), (300, 100, 100), (256, 120, 120)])
def test_what_chance_adds(n, dx, dy):
    """Of independent normals the sum over pairs of -½ ln(1 - ρ²) is what the note says."""
    rng = np.random.default_rng(0)
    sums = []
    for _ in range(20):
        x, y = (rng.normal(size=(n, d)) for d in (dx, dy))
        a, b = (np.linalg.qr(side - side.mean(axis=0))[0] for side in (x, y))
        sums.append(-0.5 * np.log1p(-(np.linalg.svd(a.T @ b, compute_uv=False) ** 2)).sum())
    assert abs(by_chance(dx, dy, n) - np.mean(sums)) < 4 * np.std(sums, ddof=1) / np.sqrt(20)
    assert by_chance(dx, dy, n) == pytest.approx(np.mean(sums), rel=0.1)


def test_chance_is_noted():
    rng = np.random.default_rng(0)
    note = CanonicalPairs(KSG(k=3))(*rng.normal(size=(2, 100, 5))).note
    assert "5 × 5 columns for 100 samples add about 0.13 by chance alone" in note
    assert CanonicalPairs(KSG(k=3))(*rng.normal(size=(2, 300, 5))).note == ""


def test_what_is_mostly_chance_is_refused():
    """Of independent columns KSG's pairs have what chance adds, and no more."""
    x, y = np.random.default_rng(0).normal(size=(2, 300, 100))
    with pytest.raises(
        DegenerateData, match=r"gives 300 samples of 'x' and 'y' about 26 nats; found were 2[5-9]"
    ):
        CanonicalPairs(KSG(k=5))(x, y)
    pairs = CanonicalPairs(KSG(k=5))(x, x + 0.1 * y)
    assert "add about 26 by chance alone" in pairs.note
    assert CanonicalPairs(HSIC())(x, y).unit == ""  # not in nats, so not to be compared with them


def test_a_permutation_p_value_is_of_what_chance_gives():
    """Each permuted sample would be refused alone."""
    x, y = np.random.default_rng(0).normal(size=(2, 100, 15))
    estimate = Permuted(CanonicalPairs(KSG(k=3)), times=19)(x, x + y)
    assert "p = 0.05 by 19 permutations" in estimate.note
    null = Permuted(CanonicalPairs(GaussianCopula()), times=19).null(x, x + y)
    assert abs(null.mean() - by_chance(15, 15, 100)) < 4 * null.std(ddof=1) / np.sqrt(19) + 0.1


def test_refusals():
    x = np.random.default_rng(0).normal(size=(12, 6))
    with pytest.raises(DegenerateData, match=r"have 6 \+ 6 independent columns for 12 samples"):
        CanonicalPairs(KSG(k=3))(x, x**2)
    with pytest.raises(ValueError, match="CanonicalPairs is of continuous variables; 'y' holds labels"):
        CanonicalPairs(KSG(k=3))(x, np.arange(12) % 2)
    with pytest.raises(ValueError, match="Plugin is of labels"):
        CanonicalPairs(Plugin())(x[:, :1], x[:, 1:2])
    with pytest.raises(DegenerateData, match=r"one of those of 'y', so their information is infinite"):
        CanonicalPairs(KSG(k=3))(x[:, :2], x[:, 1:3])

    def refusing(u, v):
        raise DegenerateData("not of these")

    with pytest.raises(DegenerateData, match="canonical pair 1: not of these"):
        CanonicalPairs(refusing)(x[:, :1], x[:, 1:2])


def test_the_order_of_rows_rounds_nothing():
    """Not a last digit of scores or directions, which could decide which neighbours tie."""
    rng = np.random.default_rng(0)
    for x, y in (sparse(60, 0), rng.integers(0, 4, size=(2, 60, 3)).astype(float)):
        a, b = whitened_scores(Sample(x)), whitened_scores(Sample(y))
        for _ in range(8):
            order = rng.permutation(60)
            c, d = whitened_scores(Sample(x[order])), whitened_scores(Sample(y[order]))
            np.testing.assert_array_equal(c.values, a.values[order])
            for found, expected in zip(canonical(c, d), canonical(a, b), strict=True):
                np.testing.assert_array_equal(found, expected)
