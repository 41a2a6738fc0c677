import numpy as np
import pytest

from infoplane import KSG, Binned, DegenerateData, Prepared, Sample, Sliced, bins, sensitivity
from infoplane.prepare import jitter
from infoplane.settings import varied


def test_the_band_holds_each_estimate():
    rng = np.random.default_rng(0)
    t = rng.normal(size=(300, 2))
    y = np.arange(300) % 2
    widths = (0.25, 0.5, 1.0)
    band = sensitivity(Binned(bins.FixedWidth(1.0)), "rule.width", widths, t, y)
    expected = [Binned(bins.FixedWidth(width))(t, y).value for width in widths]
    np.testing.assert_array_equal(band.values, expected)
    assert (band.low, band.high) == (min(expected), max(expected))
    assert band.settings == widths
    assert repr(band) == f"Band({band.low:.4g} to {band.high:.4g} nats over 3 settings of rule.width)"


def test_whole_rules_and_samples():
    t = Sample(np.random.default_rng(0).normal(size=(100, 2)), "layer:fc")
    band = sensitivity(Binned(), "rule", [bins.Adaptive(4), bins.EqualCount(4)], t)
    assert band.values.tolist() == [Binned(bins.Adaptive(4))(t).value, Binned(bins.EqualCount(4))(t).value]


def test_data_that_admit_no_estimate_leave_a_gap():
    x = np.array([1e308, -0.5e308, 0.0, 1.0])
    band = sensitivity(Binned(bins.FixedWidth(1.0)), "rule.width", [0.01, 1e308], x)
    assert np.isnan(band.values).tolist() == [True, False]
    assert band.low == band.high == band.values[1]
    assert "leave the range of float64" in band.estimates[0].note
    with pytest.raises(
        DegenerateData, match=r"no value of 'rule.width' admits an estimate; the first: bins of"
    ):
        sensitivity(Binned(bins.FixedWidth(1.0)), "rule.width", [0.01], x)


def test_fields_of_fields():
    measure = Prepared(Sliced(KSG(k=5), directions=10), x=jitter(1e-3))
    assert varied(measure, "measure.measure.k", 2).measure == Sliced(KSG(k=2), directions=10)
    assert measure.measure.measure.k == 5


@pytest.mark.parametrize("field", ["j", "k.k", ""])
def test_settings_that_are_not_there(field):
    with pytest.raises(ValueError, match="has no setting"):
        varied(KSG(k=5), field, 3)


def test_nothing_to_vary():
    with pytest.raises(ValueError, match="at least one value of 'k'; got none"):
        sensitivity(KSG(), "k", [], [0.0, 1.0], [0.0, 1.0])
    with pytest.raises(ValueError, match="one, two or three variables; got 0"):
        sensitivity(KSG(), "k", [3])
    with pytest.raises(ValueError, match="k must be an integer >= 1"):
        sensitivity(KSG(), "k", [0], [0.0, 1.0], [0.0, 1.0])
