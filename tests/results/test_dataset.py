"""The dataset by itself: differences, files, schema."""

import csv

import numpy as np
import pytest
import xarray as xr

from infoplane.estimate import Slices, mean_error
from infoplane.results import check_schema, open_dataset, paired_difference, save_dataset, save_table


def tiny(value, slices, unit="nats", frame=1, steps=(0, 1)):
    """(step, quantity) estimates with slices, on all dimensions."""
    dims = ("run", "split", "step", "layer", "quantity")
    slices = np.asarray(slices, np.float32)[None, None, :, None, None, :]
    shape = slices.shape[:-1]
    return xr.Dataset(
        {
            "value": (dims, np.asarray(value, float)[None, None, :, None, None]),
            "stderr": (dims, np.full(shape, 0.3)),
            "error_slices": (dims, np.full(shape, 0.3)),
            "note": (dims, np.full(shape, "")),
            "n": (dims, np.full(shape, 9.0)),
            "slices": ((*dims, "slice"), slices),
            "frame": (dims, np.full(shape, frame, np.int32)),
        },
        {"run": ["a"], "split": ["test"], "step": list(steps), "layer": ["fc1"], "quantity": ["S"]}
        | {
            name: ("quantity", [text])
            for name, text in (("unit", unit), ("measure", "M"), ("of", "input, layer"))
        },
        {"step": "epoch", "schema": 1},
    )


def test_shared_slices_cancel_in_a_difference():
    rng = np.random.default_rng(0)
    common, own = rng.normal(size=24), rng.normal(size=(2, 24)) * 0.01
    slices = np.float32(common + own)
    ds = tiny(slices.mean(axis=1), slices)
    difference = paired_difference(ds, ds.sel(step=0))
    paired = mean_error(Slices(slices[1]) - Slices(slices[0]))
    np.testing.assert_allclose(difference["value"].squeeze(), [0, slices[1].mean() - slices[0].mean()])
    np.testing.assert_allclose(difference["stderr"].squeeze(), [0, paired])
    assert paired < 0.01
    framed = paired_difference(*(tiny([0, 1], slices, frame=3).sel(step=step) for step in (1, 0)))
    means = (np.float64(slices[1]) - slices[0]).reshape(8, 3).mean(axis=1)
    assert framed["stderr"].item() == pytest.approx(means.std(ddof=1) / np.sqrt(8))


@pytest.mark.parametrize("more", [30, 120])
def test_more_slices_on_one_side_are_paired_in_the_common_ones(more):
    """Against the spread of the difference over repetitions: 30 shared slices, the rest of one side alone."""
    rng = np.random.default_rng(0)
    differences, errors = [], []
    for _ in range(300):
        later = rng.normal(size=more)
        earlier = np.append(later[:30] + 0.1 * rng.normal(size=30), np.full(more - 30, np.nan))
        ds = tiny([np.nanmean(earlier), later.mean()], [earlier, later])
        one = paired_difference(ds.sel(step=1), ds.sel(step=0))
        differences.append(one["value"].item())
        errors.append(one["stderr"].item())
    spread = np.std(differences)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(spread, rel=4 / np.sqrt(2 * 300))
    assert spread < 0.9 * np.sqrt(1 / 30 + 1 / more)  # less than that of unpaired ones


def test_other_errors_are_added_to_the_paired_one():
    ds = tiny([0, 1], [[1, 2, 3], [1, 2, 3]])
    ds["error_samples"] = ds["error_slices"] * 0 + [[[0.3]], [[0.4]]]
    assert paired_difference(ds.sel(step=1), ds.sel(step=0))["stderr"].item() == pytest.approx(0.5)


def test_estimates_without_common_slices_differ_by_both_errors():
    ds = tiny([0, 1], [[1, 2, 3], [1, 2, np.nan]])  # a single slice more has no error of its own
    assert paired_difference(ds.sel(step=1), ds.sel(step=0))["stderr"].item() == pytest.approx(0.3 * 2**0.5)
    plain = ds.drop_vars(["slices", "frame"])
    assert paired_difference(plain, ds.sel(step=0))["stderr"].values[0, 0, 1].item() == pytest.approx(
        0.3 * 2**0.5
    )
    other = tiny([0, 1], [[1, 2, 3], [1, 2, 3]], frame=3)
    assert paired_difference(other.sel(step=1), ds.sel(step=0))["stderr"].item() == pytest.approx(
        0.3 * 2**0.5
    )


def test_differences_that_mean_nothing_are_refused():
    ds = tiny([0, 1], [[1, 2], [1, 2]])
    with pytest.raises(ValueError, match=r"one unit.*'nats'.*''"):
        paired_difference(ds, tiny([0, 1], [[1, 2], [1, 2]], unit=""))
    with pytest.raises(ValueError, match=r"same labels on every shared dimension.*step"):
        paired_difference(ds.sel(step=[1]), ds.sel(step=[0]))


def test_files_give_the_dataset_back(tmp_path):
    ds = tiny([0.1, np.nan], np.random.default_rng(0).random((2, 3)))
    ds["note"] = ds["note"].astype("<U9")
    ds["note"][0, 0, 1] = "ä note"
    ds = ds.assign_coords(quantity=["S₁(X;T)"], metric=["train_loss"], metric_step=[0, 3])
    ds["metric_value"] = ("run", "metric_step", "metric"), [[[2.0], [np.nan]]]
    path = save_dataset(ds, tmp_path / "out" / "dataset.nc")
    back = open_dataset(path)
    xr.testing.assert_identical(back, ds)
    for name, array in ds.variables.items():
        assert back[name].dtype.kind == array.dtype.kind
        assert array.dtype.kind == "U" or back[name].dtype == array.dtype
    assert list(path.parent.iterdir()) == [path]
    xr.testing.assert_identical(open_dataset(save_dataset(back, path)), ds)


def test_another_file_is_refused(tmp_path):
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "other.nc", engine="scipy")
    with pytest.raises(ValueError, match="no dimension 'run'"):
        open_dataset(tmp_path / "other.nc")
    whole = (tmp_path / "other.nc").read_bytes()
    for part in (whole[: len(whole) // 2], b""):
        (tmp_path / "other.nc").write_bytes(part)
        with pytest.raises(ValueError, match=r"other\.nc is not a netCDF 3 file.* or not a whole one"):
            open_dataset(tmp_path / "other.nc")
    (tmp_path / "other.nc").write_text("run,split\n")
    with pytest.raises(ValueError, match=r"other\.nc is not a netCDF 3 file"):
        open_dataset(tmp_path / "other.nc")


def test_the_table_has_a_row_per_estimate(tmp_path):
    ds = tiny([0.1 + 0.2, np.nan, np.nan], np.ones((3, 2)), steps=(0, 10, 20))
    ds["note"] = ds["note"].astype("<U20")
    ds["note"][0, 0, :2] = [[['one, "two"']], [["none"]]]
    ds["stderr"][0, 0, 1] = ds["error_slices"][0, 0, 1] = np.nan
    ds["n"][0, 0, 2] = np.nan  # no estimate here
    path = save_table(ds, tmp_path / "table.csv")
    with open(path, encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert first == {
        "run": "a",
        "split": "test",
        "step": "0",
        "layer": "fc1",
        "quantity": "S",
        "of": "input, layer",
        "measure": "M",
        "value": repr(0.1 + 0.2),
        "unit": "nats",
        "stderr": "0.3",
        "error_slices": "0.3",
        "n": "9",
        "note": 'one, "two"',
    }
    assert (second["step"], second["value"], second["stderr"], second["note"]) == ("10", "", "", "none")


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda ds: ds.sel(run="a"), r"no dimension 'run'.*ds.sel\(run="),
        (lambda ds: ds.drop_vars("unit"), "no variable 'unit' with dimensions"),
        (lambda ds: ds.drop_vars("frame"), "no variable 'frame'"),
        (lambda ds: ds.assign(value=ds["value"].isel(step=0)), "'value' with dimensions .*; got"),
        (lambda ds: ds.assign(n=ds["note"]), "'n' with .* kind f; got .* dtype <U"),
        (lambda ds: ds.assign_coords(step=[0, 0]), "coordinate 'step' holds a value twice"),
        (lambda ds: ds.isel(step=[1, 0]), "coordinate 'step' must rise"),
        (lambda ds: xr.Dataset(ds.data_vars, ds.coords), r"ds.attrs\['step'\] must say"),
        (lambda ds: ds.assign(error_slices=ds["note"]), "'error_slices' with"),
    ],
)
def test_what_breaks_the_schema_is_named(break_it, message):
    ds = tiny([0, 1], [[1, 2], [1, 2]])
    check_schema(ds)
    check_schema(ds.transpose("layer", "step", ...).assign(mine=1))
    with pytest.raises(ValueError, match=message):
        check_schema(break_it(ds))
