"""Maps of similarity, read back from the axes."""

import numpy as np
import pytest
import xarray as xr

from infoplane import plots


def matrix(values, **attrs):
    rows, columns = np.shape(values)
    coords = {
        "layer": [f"fc{i}" for i in range(rows)],
        "other_layer": [f"conv{i}" for i in range(columns)],
    }
    return xr.DataArray(np.array(values, float), dims=("layer", "other_layer"), coords=coords, attrs=attrs)


def test_values_names_and_range():
    values = [[1.0, 0.25, np.nan], [0.5, -0.05, 0.75]]
    told = {"measure": "CKA()", "run": "a", "step": 7, "other_run": "b", "other_step": 0}
    figure = plots.layer_similarity(matrix(values, **told))
    ax, bar = figure.axes
    (image,) = ax.images
    np.testing.assert_array_equal(np.ma.filled(image.get_array(), np.nan), values)
    assert image.get_clim() == (-0.05, 1.0)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["conv0", "conv1", "conv2"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["fc0", "fc1"]
    assert {text.get_text() for text in ax.texts} == {"1.00", "0.25", "0.50", "-0.05", "0.75"}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("b, step 0", "a, step 7")
    assert bar.get_ylabel() == "CKA()"


def test_many_layers_are_colours_only():
    figure = plots.layer_similarity(matrix(np.eye(20)))
    assert not figure.axes[0].texts
    assert figure.axes[0].images[0].get_clim() == (0, 1)
    assert figure.axes[0].get_xlabel() == "layer"


def test_given_axes_and_larger_values():
    first = plots.layer_similarity(matrix([[3.0]]))
    ax = first.add_subplot()
    assert plots.layer_similarity(matrix([[3.0]]), ax) is first
    assert ax.images[0].get_clim() == (0, 3)


def test_nothing_measured_is_an_empty_map():
    figure = plots.layer_similarity(matrix([[np.nan]]))
    assert not figure.axes[0].texts


@pytest.mark.parametrize("wrong", [np.eye(2), xr.DataArray(np.eye(2), dims=("layer", "x"))])
def test_refuses(wrong):
    with pytest.raises(ValueError, match="draws what layer_matrix returns"):
        plots.layer_similarity(wrong)
