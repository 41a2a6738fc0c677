import math

import numpy as np
import pytest

from infoplane import (
    HSIC,
    KSG,
    Ask,
    Criterion,
    DegenerateData,
    DiffusionEntropy,
    DiffusionInformation,
    Extrapolated,
    Plugin,
    Probe,
    Run,
    Sample,
    Sliced,
    UntilError,
    WithinClass,
    evaluate,
    kernels,
    labels,
)
from infoplane.results import paired_difference

pytestmark = pytest.mark.portable

RHO = np.array([0.0, 0.6, 0.9])
P = np.array([0.5, 0.3, 0.2])
TRUTH = float(-0.5 * P @ np.log(1 - RHO**2))  # 0.2330 nats


def draw(n, seed, width=1):
    """Columns that correlate by RHO within the classes, and lie apart between them."""
    rng = np.random.default_rng(seed)
    y = rng.choice(3, size=n, p=P)
    x, t = rng.normal(size=(2, n, width))
    t = RHO[y, None] * x + np.sqrt(1 - RHO[y, None] ** 2) * t
    return x + 10 * y[:, None], t - 10 * y[:, None], y


def test_normals_about_the_classes_means():
    values = [WithinClass(KSG(k=5))(*draw(1500, seed)).value for seed in range(8)]
    assert abs(np.mean(values) - TRUTH) < 4 * np.std(values, ddof=1) / math.sqrt(8) + 0.01
    x, t, _ = draw(1500, 0)
    assert KSG(k=5)(x, t).value > 1  # the label's share


def test_it_averages_over_the_classes():
    x, t, y = draw(200, 0, width=2)
    expected = sum(np.mean(y == c) * KSG(k=3)(x[y == c], t[y == c]).value for c in range(3))
    estimate = WithinClass(KSG(k=3))(x, t, y)
    assert estimate.value == pytest.approx(expected, abs=1e-12)
    assert estimate.errors == {}
    assert estimate.slices is None


def test_the_chain_rule():
    """Of labels, exactly: I(X;T) = I(T;Y) + I(X;T|Y) where Y is a function of X."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 6, size=300)
    t = np.where(rng.random(300) < 0.5, x // 2, rng.integers(0, 4, size=300))
    within = WithinClass(Plugin())(x, t, x % 3).value
    assert Plugin()(x, t).value == pytest.approx(Plugin()(t, x % 3).value + within, abs=1e-12)


def test_one_class_is_the_measure_itself():
    x, t, _ = draw(100, 0)
    assert WithinClass(KSG(k=3))(x, t, np.zeros(100, int)).value == KSG(k=3)(x, t).value


def test_slices_are_averaged_one_by_one():
    x, t, y = draw(200, 0, width=3)
    x, t = Sample(x, "input"), Sample(t, "layer:a")
    measure = Sliced(KSG(k=3), directions=20)
    estimate = WithinClass(measure)(x, t, y)
    parts = [measure(x.take(rows), t.take(rows)) for rows in (np.flatnonzero(y == c) for c in range(3))]
    share = np.bincount(y) / 200
    expected = sum(p * part.slices.values for p, part in zip(share, parts, strict=True))
    np.testing.assert_allclose(estimate.slices.values, expected, atol=1e-7)
    assert estimate.slices.frame == parts[0].slices.frame == 1
    assert estimate.stderr == pytest.approx(np.std(expected, ddof=1) / math.sqrt(20), rel=1e-5)
    assert estimate.value == pytest.approx(np.mean(expected), abs=1e-7)


def test_other_numbers_of_slices_give_an_upper_bound():
    x, t, y = draw(300, 0, width=2)
    measure = Sliced(KSG(k=3), directions=UntilError(atol=0.02))
    parts = [measure(x[y == c], Sample(t[y == c], "t")) for c in range(3)]
    assert len({len(part.slices.values) for part in parts}) > 1
    estimate = WithinClass(measure)(x, t, y)
    assert estimate.slices is None
    expected = sum(np.mean(y == c) * parts[c].stderr for c in range(3))
    assert estimate.errors["slices"] == pytest.approx(expected)
    assert "the slice error is an upper bound: the parts' slices differ" in estimate.note


def test_a_class_with_a_constant_adds_nothing():
    x, t, y = draw(200, 0, width=2)
    t[y == 2] = 1.0
    measure = Sliced(KSG(k=3), directions=10)
    estimate = WithinClass(measure)(x, t, y)
    parts = [measure(x[y == c], Sample(t[y == c], "t")) for c in range(2)]
    expected = sum(np.mean(y == c) * parts[c].slices.values for c in range(2))
    np.testing.assert_allclose(estimate.slices.values, expected, atol=1e-7)
    assert "in 1 of 3 classes, as in 2: in 10 of 10 slices, as in the first: t is constant" in estimate.note


def test_errors_of_classes_are_independent():
    x, t, y = draw(400, 0)
    measure = Extrapolated(KSG(k=3), parts=3)
    parts = [measure(x[y == c], t[y == c]) for c in range(3)]
    expected = math.hypot(*(np.mean(y == c) * parts[c].stderr for c in range(3)))
    assert WithinClass(measure)(x, t, y).errors == {"samples": pytest.approx(expected)}


def test_sizes_are_noted():
    x, t = np.random.default_rng(0).normal(size=(2, 60))
    words = np.array(["cat", "dog"])[(np.arange(60) > 19).astype(int)]
    assert WithinClass(KSG(k=3))(x, t, words).note == "samples per class of y: 'cat': 20, 'dog': 40"
    assert WithinClass(KSG(k=1))(x, t, labels(np.arange(60) // 4)).note == "15 classes of y of 4 to 4 samples"


def test_small_classes_are_named():
    x, t, y = draw(60, 0)
    y = np.array(["a", "b", "c", "rare"])[y]
    y[:3] = "rare"
    with pytest.raises(DegenerateData, match=r"class 'rare' of 'y' \(3 samples\): more than 5 samples are"):
        WithinClass(KSG(k=5))(x, t, y)
    y[1:3] = "a"
    with pytest.raises(DegenerateData, match=r"class 'rare' of 'y' \(1 samples\): at least 2 samples are"):
        WithinClass(Criterion("r", lambda a, b: 0.0))(x, t, y)


@pytest.mark.parametrize(
    "measure", [KSG(k=60), Extrapolated(KSG(k=1), parts=31), Extrapolated(KSG(k=6), parts=10)]
)
def test_too_few_samples_in_all_are_the_callers_mistake(measure):
    x, t, y = draw(60, 0)
    with pytest.raises(ValueError, match="samples are needed") as refusal:
        WithinClass(measure)(x, t, y)
    assert not isinstance(refusal.value, DegenerateData)


def test_what_is_refused_of_all_samples_is_the_callers_mistake():
    x, t, y = draw(60, 0)
    with pytest.raises(ValueError, match="Plugin is of labels") as refusal:
        WithinClass(Plugin())(x, t, y)
    assert not isinstance(refusal.value, DegenerateData)
    with pytest.raises(ValueError, match="the third variable must be labels"):
        WithinClass(KSG())(x, t, y.astype(float))
    with pytest.raises(ValueError, match="'x' has 60 rows, 't' has 59"):
        WithinClass(KSG())(x, t[1:], y)


class Counting:
    """A measure of someone's own, which counts its calls and refuses few samples in its own way."""

    def __init__(self, least):
        self.least, self.sizes = least, []

    def __call__(self, x, t):
        self.sizes.append(len(x))
        if len(x) < self.least:
            raise ValueError(f"too few: {len(x)}")
        return KSG(k=1)(x, t)


def test_blame_takes_no_further_measuring():
    x, t, _ = draw(60, 0)
    y = np.repeat(["few", "many", "some"], [5, 35, 20])
    measure = Counting(least=10)
    with pytest.raises(DegenerateData, match=r"class 'few' of 'y' \(5 samples\): too few: 5; join it with"):
        WithinClass(measure)(x, t, y)
    assert measure.sizes == [35, 20, 5]
    measure = Counting(least=100)
    with pytest.raises(ValueError, match="too few: 35") as refusal:
        WithinClass(measure)(x, t, y)
    assert not isinstance(refusal.value, DegenerateData)
    assert refusal.value.__notes__ == ["refused of class 'many' of 'y' (35 samples), the largest"]
    assert measure.sizes == [35]


@pytest.mark.parametrize(
    ("measure", "each"),
    [
        (KSG(k=40), 30),
        (Sliced(KSG(k=40), directions=3), 30),
        (HSIC(), 3),
        (HSIC(kernels.Gaussian(kernels.Neighbours(k=40))), 30),
        (DiffusionInformation(DiffusionEntropy(kernels.NeighbourGraph(k=40))), 30),
        (DiffusionInformation(classes=40), 30),
        (Extrapolated(KSG(k=1), parts=16), 30),
        (Extrapolated(KSG(k=12), parts=3), 30),
        (KSG(k=1), 1),
    ],
)
def test_classes_all_too_small_for_the_settings_are_degenerate(measure, each):
    x, t, _ = draw(60, 0)
    with pytest.raises(DegenerateData, match=rf"class 0 of 'y' \({each} samples\): .*samples"):
        WithinClass(measure)(x, t, np.arange(60) // each)


def test_classes_that_a_subsample_has_lost_are_passed_over():
    x, t, y = draw(100, 0)
    kept = np.flatnonzero(y != 1)
    lost = WithinClass(KSG(k=3))(x[kept], t[kept], labels(y).take(kept))
    assert lost == WithinClass(KSG(k=3))(x[kept], t[kept], y[kept])


def test_it_is_asked_of_runs(tmp_path):
    x, t, y = draw(120, 0, width=3)
    run = Run(tmp_path / "run").create({"what": "a test"})
    run.set_probe(Probe(x, y))
    for step in (0, 1):
        run.record(step, {"hidden": t + 4 * step * (y == 1)[:, None]}, rows=np.arange(120))
    measure = WithinClass(Sliced(KSG(k=3), directions=20))
    ask = Ask(measure, of=("input", "layer", "target"))
    ds = evaluate(run, {"S(X;T|Y)": ask}, progress=False).sel(quantity="S(X;T|Y)")
    direct = measure(Sample(x, "input"), Sample(t, "layer:hidden"), y)
    assert ds["value"].sel(step=0).item() == pytest.approx(direct.value, abs=1e-12)
    change = paired_difference(ds.sel(step=1), ds.sel(step=0))
    assert abs(change["value"].item()) < 1e-12  # a class moved as a whole
    assert change["stderr"].item() < 1e-9
