"""The plane: the drawn data are read back from the axes."""

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from infoplane import plots
from infoplane.results.differences import changes, part


def panels(figure):
    return [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]


def points(ax):
    return [item for item in ax.collections if isinstance(item, PathCollection)]


def texts(figure):
    return [item.get_text() for item in figure.findobj(matplotlib.text.Text) if item.get_text()]


def values(ds, quantity, layer, split="test"):
    return ds["value"].sel(quantity=quantity, layer=layer, split=split).values  # (run, step)


def test_every_layer_has_a_panel_with_runs_and_mean(ds):
    figure = plots.plane(ds)
    assert [ax.get_title() for ax in panels(figure)] == ["fc1", "fc2"]
    for ax, layer in zip(panels(figure), ("fc1", "fc2"), strict=True):
        x, y = values(ds, "S₁(X;T)", layer), values(ds, "S₁(T;Y)", layer)
        lines = [line.get_xydata() for line in ax.lines if len(line.get_xydata()) == 13]
        for i in range(3):
            np.testing.assert_allclose(lines[i], np.stack([x[i], y[i]], axis=1))
        mean = np.stack([x.mean(axis=0), y.mean(axis=0)], axis=1)
        np.testing.assert_allclose(lines[3], mean)
        np.testing.assert_allclose(points(ax)[0].get_offsets(), mean)
        assert points(ax)[0].get_array().tolist() == ds["step"].values.tolist()


def test_the_cross_has_the_error_of_the_change(ds):
    figure = plots.plane(ds)
    ax = panels(figure)[1]
    (cross,) = ax.containers
    across, up = (bar.get_segments()[0] for bar in cross.lines[2])
    for bar, axis, quantity in ((across, 0, "S₁(X;T)"), (up, 1, "S₁(T;Y)")):
        error = changes(part(ds, quantity, "test", "fc2"))[1][-1]
        assert np.ptp(bar[:, axis]) == pytest.approx(2 * error)
    low, high = np.array([ax.get_xlim(), ax.get_ylim()]).T
    assert (across > low).all()
    assert (across < high).all()
    assert any("±1 standard error of the change, epoch 0 to 50 (slices, runs)" in t for t in texts(figure))


def test_noise_is_not_blown_up_to_a_picture(study):
    ds = study(runs=1, layers=("fc1",))
    ds["value"][:] = ds["value"].isel(step=0)
    (ax,) = panels(plots.plane(ds))
    error = changes(part(ds, "S₁(X;T)", "test", "fc1"))[1][-1]
    assert np.ptp(ax.get_xlim()) >= 3.9 * error


def test_axes_say_quantity_unit_and_settings(study):
    for figure in (plots.plane(study()), plots.plane(study(layers=("fc1",)))):
        said = [text.replace("\n", " ").strip() for text in texts(figure)]
        assert {"S₁(X;T) [nats]", "S₁(T;Y) [nats]", "epoch"} <= set(said)
        assert said.count("Sliced(measure=KSG(k=5), directions=40, dim=1, seed=0)") == 2


def test_a_quantity_without_unit_has_no_brackets(ds):
    ds = ds.assign_coords(unit=("quantity", ["", ""]))
    assert not any("[" in text for text in texts(plots.plane(ds)))


def test_together_layers_differ_in_colour_and_marker(study):
    layers = [f"block{i}" for i in range(10)]
    figure = plots.plane(study(layers=layers), together=True)
    (ax,) = panels(figure)
    looks = {(line.get_color(), line.get_linestyle()) for line in ax.lines if line.get_marker() == "None"}
    looks = {look for look in looks if look[1] != "None"}
    assert len(looks) >= 10
    assert len(points(ax)) == len(ax.containers) == 10
    assert set(layers) <= set(texts(figure))


def test_steps_spaced_logarithmically_have_such_colours_with_step_0(study):
    bar = plots.plane(study()).axes[-1]
    assert bar.get_yscale() == "symlog"
    assert [tick.get_text() for tick in bar.get_yticklabels()] == ["0", "1", "2", "5", "10", "20", "50"]
    assert plots.plane(study(steps=range(0, 60, 10))).axes[-1].get_yscale() == "linear"
    many = plots.plane(study(steps=(0, 1, 10, 100, 1000, 10_000, 200_000))).axes[-1]
    assert [tick.get_text() for tick in many.get_yticklabels()][-2:] == ["$10^{5}$", r"$2{\cdot}10^{5}$"]


def test_splits_are_faceted_or_chosen(study):
    ds = study(splits=("train", "test"))
    assert len(panels(plots.plane(ds))) == 4
    assert [ax.get_title() for ax in panels(plots.plane(ds, together=True))] == ["train", "test"]
    chosen = panels(plots.plane(ds, split="test", layers=["fc2"]))
    assert [ax.get_title() for ax in chosen] == ["fc2"]
    np.testing.assert_allclose(chosen[0].lines[0].get_xdata(), values(ds, "S₁(X;T)", "fc2")[0])


def test_missing_points_leave_gaps_and_layers_without_points_no_panel(ds):
    ds["value"].loc[{"run": "seed-1", "step": 4, "quantity": "S₁(T;Y)"}] = np.nan
    ds["value"].loc[{"layer": "fc2", "quantity": "S₁(X;T)"}] = np.nan
    (ax,) = panels(plots.plane(ds))
    assert np.isnan(ax.lines[1].get_xydata()).all(axis=1).tolist() == [i == 4 for i in range(13)]
    assert np.isfinite(ax.lines[0].get_xydata()).all()


def test_one_run_one_step_without_error_is_drawn(study):
    ds = study(runs=1, layers=("fc1",), steps=(0,)).drop_vars(["slices", "frame"])
    (ax,) = panels(plots.plane(ds))
    assert points(ax)[0].get_offsets().shape == (1, 2)
    assert not ax.containers


def test_given_axes_are_drawn_into(ds):
    figure = Figure()
    axes = figure.subplots(1, 2)
    assert plots.plane(ds, axes=axes) is figure
    assert axes[1].get_title() == "fc2"
    with pytest.raises(ValueError, match="needs 2 axes; got 1"):
        plots.plane(ds, axes=Figure().subplots())


def test_what_cannot_be_drawn_is_said(ds):
    with pytest.raises(ValueError, match=r"no quantity is of the input; say which is x: 'S₁\(T;Y\)'"):
        plots.plane(ds.sel(quantity=["S₁(T;Y)"]))
    with pytest.raises(ValueError, match=r"no layer 'fc9'.*fc1, fc2"):
        plots.plane(ds, layers=["fc9"])
    with pytest.raises(ValueError, match=r"has no dimension 'run'.*ds.sel\(run="):
        plots.plane(ds.sel(run="seed-0"))
    with pytest.raises(ValueError, match="no point"):
        plots.plane(ds.assign(value=ds["value"] * np.nan))


def test_pyplot_and_the_global_settings_are_left_alone(ds):
    before = dict(matplotlib.rcParams)
    plots.plane(ds)
    plots.trajectories(ds)
    plots.curves(ds)
    assert dict(matplotlib.rcParams) == before
    assert not matplotlib._pylab_helpers.Gcf.get_all_fig_managers()


@pytest.mark.parametrize("value", [0.0, 0.0125, -3.0])
def test_a_point_that_stands_still_keeps_readable_axes(study, value):
    ds = study(runs=1, steps=(0,))
    figure = plots.plane(ds.assign(value=ds["value"] * 0 + value))
    for ax in panels(figure):
        for low, high in (ax.get_xlim(), ax.get_ylim()):
            assert low < value < high
            assert high - low >= 0.01
