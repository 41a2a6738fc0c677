"""Errors of level and change, and what may be said not to move."""

import numpy as np
import pytest

from infoplane import plots
from infoplane.results import paired_difference
from infoplane.results.differences import changes, level_error, mean_over_runs, part


def test_the_change_of_one_run_has_the_paired_error(study):
    ds = study(runs=1)
    one = part(ds, "S₁(T;Y)", "test", "fc2")
    change, error = changes(one)
    paired = paired_difference(ds, ds.sel(step=0)).sel(quantity="S₁(T;Y)", layer="fc2").squeeze()
    np.testing.assert_allclose(change, paired["value"])
    np.testing.assert_allclose(error, paired["stderr"], rtol=1e-5)
    assert change[0] == error[0] == 0
    assert error[-1] < 0.3 * level_error(one)[-1]  # that is what pairing is for


def test_slices_that_runs_share_do_not_average_out(study):
    one, many = (part(study(runs=r), "S₁(X;T)", "test", "fc1") for r in (1, 9))
    assert level_error(many)[3] > 0.8 * level_error(one)[3]


def test_runs_that_differ_widen_the_error_of_their_mean(ds):
    far = ds.copy(deep=True)
    far["value"].loc[{"run": "seed-2", "step": 50}] += 0.3
    change, error = changes(part(far, "S₁(T;Y)", "test", "fc2"))
    spread = np.std([0, 0, 0.3], ddof=1) / np.sqrt(3)
    assert error[-1] == pytest.approx(spread, rel=0.05)
    assert change[-1] == pytest.approx(0.3, abs=0.01)


def test_the_mean_stands_only_where_all_runs_do(ds):
    ds["value"].loc[{"run": "seed-1", "step": [38, 50], "layer": "fc1"}] = np.nan
    ds["value"].loc[{"run": "seed-2", "layer": "fc2"}] = np.nan  # a run without this layer counts nowhere
    mean = mean_over_runs(part(ds, "S₁(X;T)", "test", "fc1"))["value"]
    assert np.isnan(mean.values).tolist() == [False] * 11 + [True] * 2
    assert np.isfinite(mean_over_runs(part(ds, "S₁(X;T)", "test", "fc2"))["value"]).all()


def test_without_slices_errors_add_in_quadrature(ds):
    plain = ds.drop_vars(["slices", "frame"])
    one = part(plain.isel(run=[0]), "S₁(X;T)", "test", "fc1")
    errors = one["stderr"].values[0]
    np.testing.assert_allclose(changes(one)[1], np.hypot(errors, errors[0]))
    np.testing.assert_allclose(level_error(one), errors)


def test_unmoved_names_the_layers_that_stand_still(study):
    still = study()
    still["value"] = still["value"].where(
        still["layer"] != "fc1", still["value"].isel(step=0) + 0 * still["value"]
    )
    assert plots.unmoved(still, "S₁(X;T)") == ["fc1"]
    assert plots.unmoved(still, "S₁(X;T)", split="test") == ["fc1"]


def test_what_returns_has_moved(ds):
    ds["value"][:] = ds["value"].isel(step=0)
    ds["value"].loc[{"step": 4, "layer": "fc2"}] += 0.05
    assert plots.unmoved(ds, "S₁(T;Y)") == ["fc1"]


def test_nothing_is_said_without_an_error(study):
    ds = study(runs=1).drop_vars(["slices", "frame"])
    ds["stderr"][:] = np.nan
    assert plots.unmoved(ds, "S₁(X;T)") == []
    assert plots.unmoved(study(steps=(0,)), "S₁(X;T)") == []


def test_unknown_labels_are_listed(ds):
    with pytest.raises(ValueError, match=r"no quantity 'HSIC'.*S₁\(X;T\), S₁\(T;Y\)"):
        plots.unmoved(ds, "HSIC")
    with pytest.raises(ValueError, match=r"no split 'train'.*test"):
        plots.unmoved(ds, "S₁(X;T)", split="train")
