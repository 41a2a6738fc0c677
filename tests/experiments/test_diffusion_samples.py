"""The made-up data of the study `diffusion-toy`."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist

from infoplane.experiments.diffusion_toy import samples as data
from infoplane.experiments.diffusion_toy import study as toy


@pytest.mark.parametrize("draw", [study.draw for study in toy.studies(toy.DiffusionToy()).values()])
def test_data_follow_from_the_arguments(draw):
    first, again, other = (draw(1, 50, 40, seed) for seed in (3, 3, 4))
    for one, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, same)
        assert len(one) == 40
    assert first[0].shape == (40, 50)
    assert not np.array_equal(first[0], other[0])


def test_two_blobs_at_a_distance():
    near, far = data.split(0, 5, 2000, 0)[0], data.split(8.0, 5, 2000, 0)[0]
    np.testing.assert_allclose(np.abs(far - near), np.tile([4.0, 0, 0, 0, 0], (2000, 1)), atol=1e-12)


def test_clusters_are_all_as_far_apart():
    x = data.clusters(4, 20, 4000, 0)[0]
    centres = np.stack([x[i::4].mean(axis=0) for i in range(4)])
    np.testing.assert_allclose(pdist(centres), data.APART, rtol=0.01)
    np.testing.assert_allclose(x[0::4].std(axis=0), 1.0, rtol=0.1)


def test_classes_draw_apart_and_shrink():
    before, after = (data.training(progress, 20, 4000, 0)[0] for progress in (0, 1))
    assert before.std(axis=0) == pytest.approx(np.ones(20), rel=0.1)
    centres = np.stack([after[i :: data.CLASSES].mean(axis=0) for i in range(data.CLASSES)])
    np.testing.assert_allclose(pdist(centres), 40, rtol=0.001)
    assert after[0 :: data.CLASSES].std(axis=0) == pytest.approx(np.full(20, 0.1), rel=0.15)


def test_branches_are_joined():
    """Without noise, rows would lie on lines along the axes that touch: no gap is wider than a step."""
    x = data.tree(5, 20, 4000, 0)[0]
    assert np.linalg.matrix_rank(x[:, :5] - x[:, :5].mean(axis=0), tol=50) == 5
    assert x[:, 5:].std() == pytest.approx(1, rel=0.02)
    gap = 5.0
    reached, frontier = {0}, [0]
    near = cdist(x[:, :5], x[:, :5]) < gap
    while frontier:
        new = set(np.flatnonzero(near[frontier].any(axis=0))) - reached
        reached |= new
        frontier = list(new)
    assert len(reached) == 4000


@pytest.mark.parametrize("dim", [1, 3, 10])
def test_spheres_and_cubes_fill_as_many_dimensions(dim):
    ball, box = data.sphere(dim, 50, 500, 0)[0], data.cube(dim, 50, 500, 0)[0]
    assert np.linalg.matrix_rank(ball) == dim + 1
    assert np.linalg.matrix_rank(box) == dim
    np.testing.assert_allclose(np.linalg.norm(ball, axis=1), data.RADIUS)
    assert box.var(axis=0).sum() == pytest.approx(dim, rel=0.15)


def test_noise_on_a_circle():
    clean, noisy = (data.noise(sd, 20, 3000, 0)[0] for sd in (0, 2.0))
    np.testing.assert_allclose(np.linalg.norm(clean, axis=1), data.RING)
    assert (noisy - clean).std() == pytest.approx(2.0, rel=0.02)


def test_labels_are_corrupted_as_the_channel_says():
    (x, y), (same, changed) = (data.corrupted(part, 20, 5000, 0) for part in (0, 0.5))
    np.testing.assert_array_equal(x, same)
    assert (y != changed).mean() == pytest.approx(0.45, abs=0.03)  # one in ten falls on its own label
    assert data.channel(0).mutual_information().value == pytest.approx(math.log(10))
    assert data.channel(1).mutual_information().value == pytest.approx(0, abs=1e-12)


def test_blobs_apart_are_known_by_their_label():
    assert data.apart(0).mutual_information(20_000).value == pytest.approx(math.log(10), abs=1e-9)
    assert 1 < data.near(0).mutual_information(20_000).value < math.log(10)


def test_turned_blobs_keep_their_distances():
    (narrow, y), (wide, same) = (data.blobs_turned(0, columns, 100, 0) for columns in (20, 200))
    np.testing.assert_array_equal(y, same)
    np.testing.assert_allclose(pdist(wide), pdist(narrow), rtol=1e-9)
    noisy = data.blobs_near(0, 200, 100, 0)[0]
    np.testing.assert_allclose(pdist(noisy[:, :20]), pdist(narrow), rtol=1e-9)
