"""Permutation p-values: uniform without dependence, and the same whichever way they are computed."""

import numpy as np
import pytest
from scipy.signal import lfilter

from infoplane import (
    CKA,
    HSIC,
    KSG,
    CanonicalPairs,
    Criterion,
    GaussianCopula,
    Permuted,
    Sample,
    Sliced,
    kernels,
    known,
)
from infoplane.estimate import TooFewSamples
from infoplane.measures.kernel import _grams
from infoplane.settings import canonical

pytestmark = pytest.mark.portable


def p_of(estimate):
    return float(estimate.note.split(" by ")[0].removeprefix("p = "))


@pytest.mark.parametrize(
    "measure",
    [
        HSIC(),
        HSIC(kernels.Linear(), kernels.Laplace(), "biased"),
        HSIC(form="pyglow"),
        HSIC(form="cca", ridge=0.01),
        CKA(),
        CKA(unbiased=False),
    ],
    ids=repr,
)
@pytest.mark.parametrize("kept", [True, False])
def test_the_quick_way_is_the_plain_one(measure, kept, monkeypatch):
    """For numbers, and labels on either side; in one block and in several; kept or computed anew."""
    monkeypatch.setattr(_grams, "upper", lambda n: _grams.Gram.full.__globals__["upper"](n, 16))
    if not kept and getattr(measure, "form", "") != "cca":
        monkeypatch.setattr(_grams, "KEEP_BYTES", 1)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 2)), rng.normal(size=(40, 1))
    c = rng.integers(0, 3, 40)
    pairs = [(x, y)] if "Linear" in repr(measure) else [(x, y), (x, c), (c, x), (c, c[::-1])]
    for a, b in pairs:
        quick = Permuted(measure, times=6)
        plain = Permuted(lambda a, b: measure(np.array(a.values), np.array(b.values)), times=6)
        np.testing.assert_allclose(quick.null(a, b), plain.null(a, b), rtol=1e-8, atol=1e-13)


def test_the_permutations_are_of_rows_in_the_order_of_their_values():
    """Rows without a tie, of one column that ascends: their order is the seed's."""
    x, y = np.arange(40.0), np.random.default_rng(0).normal(size=40)
    orders = np.random.default_rng([3, 40])
    plain = [HSIC()(x, y[orders.permutation(40)]).value for _ in range(6)]
    turned = Permuted(HSIC(), times=6, seed=3).null(x[::-1], y[::-1])
    np.testing.assert_allclose(turned, plain, rtol=1e-8, atol=1e-13)


def test_the_note_and_what_is_left_alone():
    x, y = known.Normal(rho=0.7).draw(100, seed=0)
    plain, estimate = GaussianCopula()(x, y), Permuted(GaussianCopula(), times=19)(x, y)
    assert (estimate.value, estimate.unit, estimate.errors) == (plain.value, "nats", plain.errors)
    null = Permuted(GaussianCopula(), times=19).null(x, y)
    assert estimate.note == (
        f"p = 0.05 by 19 permutations; permuted values have mean {null.mean():.4g}, standard deviation "
        f"{null.std(ddof=1):.4g}"
    )
    assert abs(null.mean()) < 0.1


def test_p_is_uniform_without_dependence():
    """P(p <= a) <= a at a = j/20, and close to it: 19 permutations have 20 equal places for the value."""
    ps = []
    for seed in range(400):
        rng = np.random.default_rng([3, seed])
        ps.append(p_of(Permuted(HSIC(), times=19, seed=seed)(*rng.normal(size=(2, 12, 1)))))
    for a in (0.05, 0.25, 0.5):
        share = np.mean(np.array(ps) <= a + 1e-9)
        assert abs(share - a) < 4 * np.sqrt(a * (1 - a) / 400)


def test_ties_count_against_dependence():
    """Two classes of two: a third of all orders give the value itself."""
    y = [0, 0, 1, 1]
    null = Permuted(HSIC(), times=300).null(y, y)
    estimate = Permuted(HSIC(), times=300)(y, y)
    share = np.mean(np.isclose(null, estimate.value))
    assert abs(share - 1 / 3) < 4 * np.sqrt(2 / 9 / 300)
    assert p_of(estimate) == pytest.approx((1 + 300 * share) / 301, rel=1e-3)


def test_dependence_that_correlation_does_not_see():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(150, 1))
    y = x**2 + 0.3 * rng.normal(size=(150, 1))
    assert p_of(Permuted(HSIC(), times=99)(x, y)) == 0.01
    assert p_of(Permuted(GaussianCopula(), times=99)(x, y)) > 0.05


def test_matrices_beyond_the_cap_are_said():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 40, 2))
    assert "computed anew" not in Permuted(HSIC(), times=3)(x, y).note


def test_matrices_computed_anew_are_said(monkeypatch):
    monkeypatch.setattr(_grams, "KEEP_BYTES", 8 * 39**2)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 40, 2))
    said = "two Gram matrices of 40 rows are beyond the 0 MiB kept of each, so that one was computed anew"
    assert said in Permuted(HSIC(), times=3)(x, y).note
    for labelled in ((x, np.arange(40) % 2), (np.arange(40) % 2, x)):
        assert "computed anew" not in Permuted(CKA(), times=3)(*labelled).note


def test_slices_are_reused():
    x, y = (
        Sample(side, name) for side, name in zip(known.Normal(rho=0.5, dims=3).draw(60, 0), "ab", strict=True)
    )
    estimate = Permuted(Sliced(HSIC(), directions=20), times=4)(x, y)
    assert estimate.slices is not None
    assert len(y._derived) > 0
    assert p_of(estimate) == 0.2


def atoms(n, share):
    """Pairs of which a share lies at 0 in x, and another share in y: never both, until they are permuted."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, n))
    x[: int(share * n)] = 0
    y[n - int(share * n) :] = 0
    return x, y


def test_pairings_without_a_value_count_as_if_they_gave_as_much():
    x, y = atoms(100, 0.33)  # of which 11 of 100 meet, on average
    measure = KSG(k=3)
    value = measure(x, y).value
    estimate = Permuted(measure, times=40)(x, y)
    null = Permuted(measure, times=40).null(x, y)
    refused = 40 - len(null)
    assert 10 < refused < 30
    assert estimate.value == value
    assert p_of(estimate) == pytest.approx((1 + refused + (null >= value).sum()) / 41, rel=1e-3)
    assert f"; {refused} pairings have no value, which count as if they gave as much" in estimate.note
    assert f"; permuted values have mean {null.mean():.4g}, standard" in estimate.note


def test_no_pairing_has_a_value():
    estimate = Permuted(KSG(k=1), times=5)(*atoms(200, 0.49))
    assert p_of(estimate) == 1
    assert "5 pairings have no value" in estimate.note
    assert "mean" not in estimate.note
    assert len(Permuted(KSG(k=1), times=5).null(*atoms(200, 0.49))) == 0


def test_all_pairings_have_a_value_as_a_rule():
    rng = np.random.default_rng(0)
    for measure in (KSG(k=3), CanonicalPairs(KSG(k=3)), HSIC()):
        assert "pairings" not in Permuted(measure, times=9)(*rng.normal(size=(2, 40, 2))).note
    with pytest.raises(TooFewSamples):
        Permuted(KSG(k=3), times=2).null([0.1, 0.2, 0.4], [0.3, 0.1, 0.2])


def test_constants_have_a_p_of_1():
    x = np.random.default_rng(0).normal(size=(30, 2))
    for measure in (HSIC(), HSIC(form="cca"), GaussianCopula()):
        assert p_of(Permuted(measure, times=4)(x, np.ones(30))) == 1


def test_seeds_and_settings():
    x, y = known.Normal(rho=0.2).draw(50, seed=0)
    one, same, other = (Permuted(HSIC(), 9, seed).null(x, y) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)
    assert Permuted(HSIC(), times=1)(x, y).note.startswith("p = ")
    for wrong in (lambda: Permuted(HSIC), lambda: Permuted(HSIC(), times=0), lambda: Permuted(3)):
        with pytest.raises(ValueError, match=r"takes a measure|times must"):
            wrong()


def test_tensors():
    torch = pytest.importorskip("torch")
    x, y = (np.ascontiguousarray(side) for side in known.Normal(rho=0.5, dims=2).draw(40, seed=0))
    for measure in (HSIC(), CKA(), HSIC(form="cca", ridge=0.1)):
        quick = Permuted(measure, times=5)
        expected = quick.null(x, y)
        np.testing.assert_allclose(quick.null(torch.from_numpy(x), torch.from_numpy(y)), expected, rtol=1e-8)
        c = np.arange(40) % 3
        expected = quick.null(x, c)
        np.testing.assert_allclose(quick.null(torch.from_numpy(x), c), expected, rtol=1e-8, atol=1e-14)


def slow(rho, n, seed):
    noise = np.random.default_rng([7, seed]).normal(size=(2, n + 1500))
    return lfilter([1], [1, -rho], noise, axis=1)[:, 1500:]


def correlation(x, y):
    return float(abs(np.corrcoef(x[:, 0], y[:, 0])[0, 1]))


@pytest.mark.parametrize(("n", "blocks"), [(1000, 100), (1000, 137), (1000, 500)])
def test_blocks_have_the_right_size_for_slow_series(n, blocks):
    """P(p <= .05) and P(p <= .25) within 4 standard errors, where single rows reject half of the pairs."""
    ps = {length: [] for length in (1, blocks)}
    for seed in range(200):
        x, y = slow(0.9, n, seed)
        for length, found in ps.items():
            found.append(p_of(Permuted(Criterion("r", correlation), 19, seed, length)(x, y)))
    for a in (0.05, 0.25):
        share = np.mean(np.array(ps[blocks]) <= a + 1e-9)
        assert abs(share - a) < 4 * np.sqrt(a * (1 - a) / 200)
    assert np.mean(np.array(ps[1]) <= 0.05) > 0.35


def test_blocks_find_dependence():
    x, y = slow(0.9, 1000, 0)
    assert p_of(Permuted(Criterion("r", correlation), 99, blocks=100)(x, x + y)) == 0.01


def test_blocks_stay_together():
    """Within a block the next row is the next of the ring; every row is there once."""
    x = np.arange(103.0)
    taken = []
    Permuted(Criterion("keep", lambda _, y: taken.append(y[:, 0]) or 0.0), times=50, blocks=10)(x, x)
    joints = [(np.diff(order) % 103 != 1).sum() for order in taken[1:]]
    assert all(np.array_equal(np.sort(order), x) for order in taken)
    assert 8 < np.mean(joints) <= 10  # of 11 blocks, of which some meet their neighbour again
    assert len({order[0] for order in taken[1:]}) > 25  # cut anywhere


@pytest.mark.parametrize("measure", [HSIC(), HSIC(form="cca", ridge=0.1), CKA()], ids=repr)
def test_the_quick_way_takes_blocks(measure):
    x, y = (side[:, None] for side in slow(0.9, 60, 0))
    orders = []
    kept = Permuted(Criterion("keep", lambda _, y: orders.append(y[:, 0].astype(int)) or 0.0), 6, blocks=15)
    kept.null(x, np.arange(60.0))
    plain = [measure(x, y[order]).value for order in orders]
    np.testing.assert_allclose(Permuted(measure, 6, blocks=15).null(x, y), plain, rtol=1e-8, atol=1e-13)


def test_blocks_are_said_and_checked():
    x, y = known.Normal(rho=0.7).draw(100, seed=0)
    assert "by 9 permutations of blocks of 50 rows;" in Permuted(GaussianCopula(), 9, blocks=50)(x, y).note
    with pytest.raises(
        TooFewSamples, match=r"'x' has 100 rows for blocks of 51. Use shorter blocks"
    ) as refusal:
        Permuted(GaussianCopula(), 9, blocks=51)(x, y)
    assert refusal.value.needed == 102
    with pytest.raises(ValueError, match="blocks of Permuted must be an integer >= 1"):
        Permuted(HSIC(), blocks=0)
    assert (
        canonical(Permuted(HSIC(), blocks=1))
        == canonical(Permuted(HSIC()))
        != canonical(Permuted(HSIC(), blocks=2))
    )
