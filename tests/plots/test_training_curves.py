"""Training curves, read back from the axes."""

import numpy as np
import pytest

from infoplane import plots


def test_train_and_test_share_a_panel(ds):
    figure = plots.curves(ds)
    assert [ax.get_ylabel() for ax in figure.axes] == ["loss", "accuracy", "lr"]  # an epoch is no result
    loss = figure.axes[0]
    values = ds["metric_value"]
    for i, metric in enumerate(("train_loss", "test_loss")):
        *runs, mean = loss.lines[4 * i : 4 * i + 4]
        np.testing.assert_allclose([line.get_ydata() for line in runs], values.sel(metric=metric))
        np.testing.assert_allclose(mean.get_ydata(), values.sel(metric=metric).mean("run"))
    assert loss.lines[0].get_color() != loss.lines[4].get_color()


def test_raw_points_stay_visible_however_many(study):
    ds = study(runs=1, steps=range(400))
    assert all(line.get_marker() == "," for line in plots.curves(ds).axes[0].lines)
    assert plots.curves(study(runs=1)).axes[0].lines[0].get_marker() == "o"


def test_metrics_logged_at_their_own_steps_are_lines_without_gaps(ds):
    ds["metric_value"].loc[{"metric": "test_loss", "metric_step": [1, 3, 6]}] = np.nan
    ds["metric_value"].loc[{"metric": "train_loss", "run": "seed-1", "metric_step": 50}] = np.nan
    loss = plots.curves(ds).axes[0]
    assert len(loss.lines[7].get_ydata()) == 10
    assert np.isnan(loss.lines[3].get_ydata()).tolist() == [False] * 12 + [True]


def test_no_metrics_is_said(ds):
    with pytest.raises(ValueError, match="logged no metrics"):
        plots.curves(ds.drop_dims(["metric", "metric_step"]))
