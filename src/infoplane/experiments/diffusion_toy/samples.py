"""The made-up data of the experiment `diffusion-toy`: the same arguments give the same rows."""

import zlib
from typing import Any

import numpy as np
from jaxtyping import Float

from infoplane import known
from infoplane.directions import haar_frame

CLASSES = 10
INFORMATIVE = 20  # columns of labelled blobs that depend on the label
APART = 60.0  # between any two clusters
BRANCH = 30.0  # its length
RADIUS, RING = 5.0, 10.0  # of spheres, and of the circle that noise is added to
BOX = 10.0  # centres of blobs that lie apart are uniform between -BOX and BOX

Rows = Float[np.ndarray, "n d"]
Number = float | int


def split(distance: Number, columns: int, n: int, seed: int) -> tuple[Rows]:
    """Two normal blobs of unit deviation, their centres at this distance."""
    x = random("split", seed).standard_normal((n, columns))
    x[:, 0] += distance * (np.arange(n) % 2 - 0.5)
    return (x,)


def clusters(count: Number, columns: int, n: int, seed: int) -> tuple[Rows]:
    """So many normal blobs of unit deviation, all as far apart."""
    return (_blobs("clusters", (int(count), APART, 1.0), columns, n, seed),)


def ten_clusters(_: Number, columns: int, n: int, seed: int) -> tuple[Rows]:
    """The same rows whatever the first argument is, which is a setting of the measure."""
    return clusters(CLASSES, columns, n, seed)


def ten_labelled(_: Number, columns: int, n: int, seed: int) -> tuple[Rows, Any]:
    """The same with the number of the cluster."""
    return *clusters(CLASSES, columns, n, seed), np.arange(n) % CLASSES


def training(progress: Number, columns: int, n: int, seed: int) -> tuple[Rows]:
    """Ten classes that begin as one blob, draw apart to a distance of 40, and shrink to a tenth."""
    return (_blobs("training", (CLASSES, 40 * progress, 1 - 0.9 * progress), columns, n, seed),)


def tree(branches: Number, columns: int, n: int, seed: int) -> tuple[Rows]:
    """Straight branches, each at right angles to the others from a random point of an earlier one."""
    rng = random("tree", seed)
    along, noise = rng.random(n), rng.standard_normal((n, columns))
    origins = np.zeros((columns, columns))
    for branch in range(1, columns):
        earlier = rng.integers(branch)
        origins[branch] = origins[earlier]
        origins[branch, earlier] += BRANCH * rng.random()
    own = np.arange(n) % int(branches)
    return (origins[own] + BRANCH * along[:, None] * np.eye(columns)[own] + noise,)


def sphere(dim: Number, columns: int, n: int, seed: int) -> tuple[Rows]:
    """Uniform on a sphere of so many dimensions: the mean squared distance is that of any other."""
    rng = random("sphere", seed)
    x = rng.standard_normal((n, int(dim) + 1))
    x *= RADIUS / np.linalg.norm(x, axis=1, keepdims=True)
    return (_embedded(x, columns, rng),)


def cube(dim: Number, columns: int, n: int, seed: int) -> tuple[Rows]:
    """Uniform in a cube of so many dimensions, each coordinate of unit variance."""
    rng = random("cube", seed)
    return (_embedded(np.sqrt(12) * rng.random((n, int(dim))), columns, rng),)


def noise(deviation: Number, columns: int, n: int, seed: int) -> tuple[Rows]:
    """A circle, and normal noise of this deviation in every column."""
    rng = random("noise", seed)
    angle = 2 * np.pi * rng.random(n)
    x = deviation * rng.standard_normal((n, columns))
    x[:, 0] += RING * np.cos(angle)
    x[:, 1] += RING * np.sin(angle)
    return (x,)


def scaled(factor: Number, columns: int, n: int, seed: int) -> tuple[Rows]:
    """One normal blob times a factor."""
    return (factor * random("scaled", seed).standard_normal((n, columns)),)


def corrupted(corruption: Number, columns: int, n: int, seed: int) -> tuple[Rows, Any]:
    """Ten blobs far apart; with this probability a label is replaced by any of the ten at random."""
    x, y = blobs_apart(columns, columns, n, seed)
    return x, channel(corruption).send(y, random("corrupted", seed))


def channel(corruption: Number) -> known.SymmetricChannel:
    """What the labels of `corrupted` went through; one in ten falls on the label that was there."""
    return known.SymmetricChannel(CLASSES, corruption * (CLASSES - 1) / CLASSES)


def blobs_near(_: Number, columns: int, n: int, seed: int) -> tuple[Rows, Any]:
    """Ten labelled blobs whose centres are no further apart than the rows of one; more columns are noise."""
    return _labelled(near(seed), columns, n, seed)


def blobs_apart(_: Number, columns: int, n: int, seed: int) -> tuple[Rows, Any]:
    """The same with centres far apart."""
    return _labelled(apart(seed), columns, n, seed)


def blobs_turned(_: Number, columns: int, n: int, seed: int) -> tuple[Rows, Any]:
    """The first 20 columns of `blobs_near`, turned at random in so many: no distance changes."""
    x, y = near(seed).draw(n, seed)
    return _embedded(x, columns, random("turned", seed)), y


def near(seed: int) -> known.LabelledNormal:
    """The columns of `blobs_near` that know the label."""
    return known.LabelledNormal(random("near", seed).standard_normal((CLASSES, INFORMATIVE)), seed=seed)


def apart(seed: int) -> known.LabelledNormal:
    """The columns of `blobs_apart` that know the label."""
    return known.LabelledNormal(random("apart", seed).uniform(-BOX, BOX, (CLASSES, INFORMATIVE)), seed=seed)


def random(what: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(what.encode())])


def _labelled(law: known.LabelledNormal, columns: int, n: int, seed: int) -> tuple[Rows, Any]:
    x, y = law.draw(n, seed)
    more = random("more columns", seed).standard_normal((n, columns - INFORMATIVE))
    return np.hstack([x, more]), y


def _blobs(what: str, form: tuple[int, Number, Number], columns: int, n: int, seed: int) -> Rows:
    """Blobs of this number, distance and deviation; the centres are the corners of a simplex."""
    count, distance, deviation = form
    centres = distance / np.sqrt(2) * np.eye(columns)[:count]
    return centres[np.arange(n) % count] + deviation * random(what, seed).standard_normal((n, columns))


def _embedded(x: Rows, columns: int, rng: np.random.Generator) -> Float[np.ndarray, "n columns"]:
    """In so many columns, turned at random."""
    return x @ haar_frame(rng, columns, x.shape[1])
