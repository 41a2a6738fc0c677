import math

import numpy as np
import pytest

from infoplane import (
    KSG,
    Criterion,
    DegenerateData,
    Extrapolated,
    KozachenkoLeonenko,
    MixedKSG,
    Plugin,
    Sliced,
    WithinClass,
    known,
)

pytestmark = pytest.mark.portable

HIT, MISS = 0.5 + 0.5 / 8, 0.5 / 8
TRUTH = math.log(8) + HIT * math.log(HIT) + 7 * MISS * math.log(MISS)  # of `cells`: 0.5433 nats


def cells(n, seed):
    """A label of eight, and its copy that half the time is drawn anew."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 8, size=n)
    return x, np.where(rng.random(n) < 0.5, x, rng.integers(0, 8, size=n))


def test_removes_the_plugins_bias():
    """(64 - 8 - 8 + 1) / 2n = .0245 for 1000 samples; of its square .007 are left, as measured."""
    drawn = [cells(1000, seed) for seed in range(60)]
    plain = np.array([Plugin()(x, y).value for x, y in drawn])
    extrapolated = [Extrapolated(Plugin())(x, y) for x, y in drawn]
    values = np.array([estimate.value for estimate in extrapolated])
    error = 4 * values.std(ddof=1) / math.sqrt(60)
    assert plain.mean() - TRUTH == pytest.approx(0.0245, abs=error)
    assert abs(values.mean() - TRUTH) < error + 0.007
    covered = np.mean([abs(estimate.value - TRUTH) < 2 * estimate.stderr for estimate in extrapolated])
    assert abs(covered - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 60)
    assert all(set(estimate.errors) == {"samples"} for estimate in extrapolated)


def test_its_error_is_the_spread_over_samples():
    truth = known.Normal(rho=0.5)
    estimates = [Extrapolated(KSG(k=5), parts=4)(*truth.draw(400, seed)) for seed in range(24)]
    values = [estimate.value for estimate in estimates]
    assert abs(np.mean(values) - truth.mutual_information().value) < 4 * np.std(values, ddof=1) / math.sqrt(
        24
    )
    ratio = np.mean([estimate.stderr for estimate in estimates]) / np.std(values, ddof=1)
    assert abs(ratio - 1) < 4 / math.sqrt(2 * 23)  # of a standard deviation from 24 values


def inverse(power):
    """A criterion that is 1 + n to the -power, whatever the data."""
    return Criterion("by n", lambda x, y: 1 + float(len(x)) ** -power)


def test_a_straight_line_is_found_exactly():
    x, y = np.random.default_rng(0).normal(size=(2, 840))
    assert Extrapolated(inverse(1.0))(x, y).value == pytest.approx(1, abs=1e-12)
    odd = Extrapolated(inverse(1.0), parts=5)(x[:839], y[:839])  # parts have n // j rows
    assert odd.value == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("power", [0.25, 0.5, 2.0])
def test_other_powers_curve(power):
    x, y = np.random.default_rng(0).normal(size=(2, 840))
    with pytest.raises(DegenerateData, match=r"for 840 to 105 samples curve: .* does not fall as 1/n"):
        Extrapolated(inverse(power))(x, y)


def test_neighbours_in_many_dimensions_curve():
    """KSG sees .52 of 1.44 nats here; a line would end at .51."""
    x, y = known.Normal(rho=0.5, dims=10).draw(1000, seed=0)
    with pytest.raises(DegenerateData, match="curve"):
        Extrapolated(KSG(k=5))(x, y)


def test_a_function_of_the_other_curves():
    x = np.random.default_rng(0).normal(size=600)
    with pytest.raises(DegenerateData, match="curve"):
        Extrapolated(KSG(k=5), parts=6)(x, np.tanh(x))


def test_values_that_are_rounding_do_not_curve():
    """Of distances in x alone KSG is a difference of equal digammas, and 0 but for the last digits."""
    rng = np.random.default_rng(0)
    x, y = 1e-300 * rng.normal(size=120), np.round(rng.normal(size=120), 9)
    estimate = Extrapolated(KSG(k=2), parts=3)(x, y)
    assert estimate.value == pytest.approx(0, abs=1e-12)


def test_a_refusal_names_the_variables():
    x = np.random.default_rng(0).normal(size=600)
    with pytest.raises(DegenerateData, match="the values of 'x' and 'y' for 600 to 100 samples curve"):
        Extrapolated(KSG(k=5), parts=6)(x, np.tanh(x))


def test_the_seed_chooses_the_cuts():
    x, y = known.Normal(rho=0.5).draw(200, seed=0)
    one, same, other = (Extrapolated(KSG(k=3), parts=3, seed=seed)(x, y) for seed in (0, 0, 1))
    assert one == same
    assert one.value != other.value
    assert abs(one.value - other.value) < 2 * one.stderr


def test_slices_are_extrapolated_one_by_one():
    x, y = known.Normal(information=1.0, dims=3).draw(200, seed=0)
    estimate = Extrapolated(Sliced(KSG(k=3), directions=20), parts=3, times=2)(x, y)
    assert set(estimate.errors) == {"slices", "samples"}
    assert len(estimate.slices.values) == 20
    assert estimate.slices.values.mean() == pytest.approx(estimate.value, abs=1e-6)
    expected = estimate.slices.values.std(ddof=1) / math.sqrt(20)
    assert estimate.errors["slices"] == pytest.approx(expected, rel=1e-5)


def test_entropies_and_classes_are_extrapolated_too():
    x, y = known.Normal(rho=0.5).draw(400, seed=0)
    entropy = Extrapolated(KozachenkoLeonenko(k=3), parts=3)(x)
    assert abs(entropy.value - 0.5 * math.log(2 * math.pi * math.e)) < 4 * entropy.stderr
    within = Extrapolated(WithinClass(KSG(k=3)), parts=3)(x, y, np.arange(400) % 2)
    assert abs(within.value - 0.1438) < 4 * within.stderr
    assert within.note == "samples per class of y: 0: 200, 1: 200"


def test_notes_are_kept():
    rng = np.random.default_rng(0)
    x, y = np.maximum(rng.normal(size=(2, 300)), 0)
    estimate = Extrapolated(MixedKSG(k=3), parts=3)(x, y)
    assert estimate.note == MixedKSG(k=3)(x, y).note
    assert "points lie on atoms" in estimate.note


def test_parts_too_small_are_said():
    x, y = np.random.default_rng(0).normal(size=(2, 30))
    with pytest.raises(ValueError, match=r"in a sub-sample of 5 of 30 rows: more than 5 samples") as refusal:
        Extrapolated(KSG(k=5), parts=6)(x, y)
    assert not isinstance(refusal.value, DegenerateData)
    with pytest.raises(ValueError, match=r"at least 2 samples are needed in each of 16 parts; 'x' has 30"):
        Extrapolated(KSG(k=5), parts=16)(x, y)
    label = np.zeros(30, int)
    label[:2] = 1, 2
    with pytest.raises(
        DegenerateData, match=r"in a sub-sample of \d+ of 30 rows: class 1 of 'y' \(1 samples"
    ):
        Extrapolated(WithinClass(KSG(k=1)), parts=3)(x, y, np.where(np.arange(30) < 4, 1, 0))


@pytest.mark.parametrize(("name", "value"), [("parts", 2), ("times", 1), ("seed", -1), ("parts", True)])
def test_settings_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} of Extrapolated must be an integer"):
        Extrapolated(KSG(), **{name: value})


def test_one_to_three_variables():
    with pytest.raises(ValueError, match="one, two or three variables; got 4"):
        Extrapolated(KSG())(*np.random.default_rng(0).normal(size=(4, 50)))


def test_a_refusal_says_what_the_note_on_all_samples_does():
    """A loud column bends the values too, and more samples are not what mends that."""
    x, y = known.Normal(rho=0.8).draw(1500, seed=0)
    loud = np.column_stack([x, 100 * np.random.default_rng(9).normal(size=1500)])
    with pytest.raises(DegenerateData, match=r"curve: .*; the note on all samples: .*prepare\.standardise"):
        Extrapolated(KSG(k=5))(loud, y)
