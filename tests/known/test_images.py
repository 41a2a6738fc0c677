import math

import numpy as np
import pytest

from infoplane.known import Blob, Normal, NormalCdf, Rectangle, Transformed


@pytest.mark.parametrize(("size", "width"), [(2, 0.3), (8, 0.15), (16, 0.1), (28, 1)])
def test_a_blob_tells_its_place(size, width):
    """Logarithms of pixels fall off as squares: their differences along a row are linear in the place."""
    place = np.random.default_rng(0).random((50, 2))
    images = Blob(size, width)(place)
    assert images.shape == (50, size * size)
    assert images.min() > 0
    assert images.max() <= 1
    logs = np.log(images.reshape(50, size, size))
    step = 1 / size
    for column, along in ((0, logs[:, 0, :]), (1, logs[:, :, 0])):
        slope = (along[:, 1] - along[:, 0]) / step * width**2
        np.testing.assert_allclose(slope + step, place[:, column], atol=1e-9)


def test_a_blob_is_where_it_was_put():
    image = Blob(size=9)(np.array([[1.5 / 9, 6.5 / 9]])).reshape(9, 9)
    assert np.unravel_index(image.argmax(), image.shape) == (6, 1)
    assert image.max() == 1


@pytest.mark.parametrize("size", [3, 4, 5, 16])
def test_a_rectangle_tells_its_edges(size):
    edges = np.vstack([np.random.default_rng(0).random((50, 4)), np.zeros(4), np.ones(4)])
    images = Rectangle(size)(edges).reshape(52, size, size)
    half, reach = size // 2, math.ceil(size / 2) - 1
    np.testing.assert_array_equal(images[:, half, half], 1)
    across, down = images[:, half, :], images[:, :, half]
    for column, (profile, before) in enumerate(
        [(across, True), (across, False), (down, True), (down, False)]
    ):
        part = profile[:, :half] if before else profile[:, half:]
        np.testing.assert_allclose((part.shape[1] - part.sum(axis=1)) / reach, edges[:, column], atol=1e-12)
    area = across.sum(axis=1) * down.sum(axis=1)
    np.testing.assert_allclose(images.sum(axis=(1, 2)), area)


def test_images_of_a_normal_pair_have_its_information():
    for shape, dims in ((Blob(size=6), 2), (Rectangle(size=6), 4)):
        base = Normal(information=1.5, dims=dims)
        law = Transformed(base, x=(NormalCdf(), shape), y=(NormalCdf(), shape))
        x, y = law.draw(20, seed=3)
        assert x.shape == y.shape == (20, 36)
        assert law.mutual_information() == base.mutual_information()


@pytest.mark.parametrize(
    ("shape", "settings", "says"),
    [
        (Blob, {"size": 1}, "size must be an integer >= 2"),
        (Blob, {"width": 0.01}, "in images' sides, must be a finite number >= 0.1"),
        (Rectangle, {"size": 2}, "size must be an integer >= 3"),
    ],
)
def test_refuses(shape, settings, says):
    with pytest.raises(ValueError, match=says):
        shape(**settings)


def test_refuses_places_outside():
    with pytest.raises(ValueError, match=r"blob wants 2 column\(s\) within \[0, 1\]; got 2 from -1 to 0.5"):
        Blob()(np.array([[-1.0, 0.5]]))
    with pytest.raises(ValueError, match=r"rectangle wants 4 column\(s\)"):
        Rectangle()(np.zeros((3, 2)))
