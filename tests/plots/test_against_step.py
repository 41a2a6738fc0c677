"""Quantities against steps, read back from the axes."""

import numpy as np
import pytest

from infoplane import plots
from infoplane.results.differences import level_error, part


def test_runs_mean_and_band(ds):
    figure = plots.trajectories(ds)
    top, bottom = figure.axes
    for ax, quantity in ((top, "S₁(X;T)"), (bottom, "S₁(T;Y)")):
        for i, layer in enumerate(("fc1", "fc2")):
            runs = ds["value"].sel(quantity=quantity, layer=layer, split="test").values
            *thin, mean = ax.lines[4 * i : 4 * i + 4]
            np.testing.assert_allclose([line.get_ydata() for line in thin], runs)
            np.testing.assert_allclose(mean.get_ydata(), runs.mean(axis=0))
            assert all(line.get_marker() not in ("", "None", None) for line in ax.lines[:8])
            error = level_error(part(ds, quantity, "test", layer))
            outline = ax.collections[i].get_paths()[0].vertices
            assert outline[:, 1].max() == pytest.approx((runs.mean(axis=0) + error).max())
        assert ax.get_ylabel().strip() == f"{quantity} [nats]"


def test_steps_are_symlog_from_0_when_spaced_so(study):
    ax = plots.trajectories(study()).axes[0]
    assert ax.get_xscale() == "symlog"
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["0", "1", "2", "5", "10", "20", "50"]
    even = plots.trajectories(study(steps=range(0, 101, 10))).axes[0]
    assert even.get_xscale() == "linear"
    assert plots.trajectories(study(steps=(0,))).axes[0].get_xscale() == "linear"
    late = plots.trajectories(study(steps=(5, 6, 8, 12, 20, 60, 200))).axes[0]
    assert [tick.get_text() for tick in late.get_xticklabels()] == ["5", "10", "20", "50", "100", "200"]


def test_log_is_of_the_quantity_and_keeps_negative_points(ds):
    assert plots.trajectories(ds, log=True).axes[0].get_yscale() == "log"
    ds["value"].loc[{"step": 3, "quantity": "S₁(X;T)", "layer": "fc1"}] = -0.001
    figure = plots.trajectories(ds, log=True)
    assert [ax.get_yscale() for ax in figure.axes] == ["symlog", "log"]
    figure.draw_without_rendering()
    assert min(np.min(line.get_ydata()) for line in figure.axes[0].lines) == -0.001


def test_quantities_and_splits_are_chosen_or_faceted(study):
    ds = study(splits=("train", "test"))
    assert len(plots.trajectories(ds).axes) == 4
    (ax,) = plots.trajectories(ds, "S₁(T;Y)", split="test").axes
    expected = ds["value"].sel(quantity="S₁(T;Y)", split="test", layer="fc1", run="seed-0")
    np.testing.assert_allclose(ax.lines[0].get_ydata(), expected)


def test_one_run_is_one_line_and_a_missing_layer_none(study):
    ds = study(runs=1)
    ds["value"].loc[{"layer": "fc2"}] = np.nan
    figure = plots.trajectories(ds)
    assert [len(ax.lines) for ax in figure.axes] == [1, 1]
    assert figure.axes[0].lines[0].get_ydata().shape == (13,)


def test_a_dataset_without_estimates_is_refused(ds):
    with pytest.raises(ValueError, match="no estimate of"):
        plots.trajectories(ds.isel(layer=[]))
