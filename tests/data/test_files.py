"""The raw files, as tiny fakes with checksums to match; nothing here may reach a network."""

import dataclasses
import gzip
import hashlib
import importlib
import io
import re
import struct
import tarfile

import numpy as np
import pooch
import pytest

from infoplane import data

SOURCES = importlib.import_module("infoplane.data._sources")
IMAGES = importlib.import_module("infoplane.data.images")


def idx(array):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def numbers(*shape):
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, dtype=np.uint8)


DIGITS = {
    "train-images-idx3-ubyte": numbers(6, 28, 28),
    "train-labels-idx1-ubyte": np.array([5, 0, 4, 1, 9, 2], np.uint8),
    "t10k-images-idx3-ubyte": numbers(3, 28, 28),
    "t10k-labels-idx1-ubyte": np.array([7, 2, 1], np.uint8),
}
PHOTOS = {f"data_batch_{i}.bin": numbers(2, 3073) + np.uint8(i) for i in range(1, 6)}
PHOTOS["test_batch.bin"] = numbers(4, 3073)
CONTENT = {
    "MNIST": {name: idx(array) for name, array in DIGITS.items()},
    "FASHION_MNIST": {name: idx(array) for name, array in DIGITS.items()},
    "CIFAR10": {name: rows.tobytes() for name, rows in PHOTOS.items()},
}


@pytest.fixture(autouse=True)
def world(monkeypatch, tmp_path):
    """Fake sets, an empty cache and no network; returns what is downloaded in `network`."""
    for constant, content in CONTENT.items():
        sums = {name: hashlib.sha256(raw).hexdigest() for name, raw in content.items()}
        source = dataclasses.replace(getattr(SOURCES, constant), sha256=sums)
        monkeypatch.setattr(IMAGES, constant, source)
    monkeypatch.delenv("INFOPLANE_DATA", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache" / name)
    network = {}

    def retrieve(url, known_hash, fname, path, progressbar):
        target = path / fname
        if not target.exists():
            if url not in network:
                raise ConnectionError("no route to host")
            path.mkdir(parents=True, exist_ok=True)
            target.write_bytes(network[url])
        return str(target)

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    return network


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("INFOPLANE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def put(folder, files, pack=lambda raw: raw, suffix=""):
    folder.mkdir(parents=True)
    for name, raw in files.items():
        (folder / (name + suffix)).write_bytes(pack(raw))


def check_digits(images, name):
    assert images.name == name
    np.testing.assert_array_equal(images.x_train, DIGITS["train-images-idx3-ubyte"])
    np.testing.assert_array_equal(images.y_train, [5, 0, 4, 1, 9, 2])
    np.testing.assert_array_equal(images.x_test, DIGITS["t10k-images-idx3-ubyte"])
    np.testing.assert_array_equal(images.y_test, [7, 2, 1])
    assert images.y_test.dtype == np.int64
    assert images.x_train.flags.writeable


def check_photos(images):
    rows = np.concatenate([PHOTOS[f"data_batch_{i}.bin"] for i in range(1, 6)])
    assert images.x_train.shape == (10, 3, 32, 32)
    np.testing.assert_array_equal(images.x_train.reshape(10, -1), rows[:, 1:])
    np.testing.assert_array_equal(images.y_train, rows[:, 0])
    np.testing.assert_array_equal(images.x_test[3, 1, 2], PHOTOS["test_batch.bin"][3, 1 + 1024 + 64 :][:32])
    np.testing.assert_array_equal(images.y_test, PHOTOS["test_batch.bin"][:, 0])


@pytest.mark.parametrize(("pack", "suffix"), [(bytes, ""), (gzip.compress, ".gz")])
def test_from_a_folder(folder, pack, suffix):
    put(folder / "mnist", CONTENT["MNIST"], pack, suffix)
    put(folder / "fashion-mnist", CONTENT["FASHION_MNIST"], pack, suffix)
    put(folder / "cifar10", CONTENT["CIFAR10"], pack, suffix)
    check_digits(data.mnist(), "mnist")
    check_digits(data.fashion_mnist(), "fashion-mnist")
    check_photos(data.cifar10())
    scaled = data.mnist(as_float=True)
    np.testing.assert_allclose(scaled.x_test, DIGITS["t10k-images-idx3-ubyte"] / 255, rtol=1e-6)
    assert scaled.x_test.dtype == np.float32


def serve_digits(network):
    for name, raw in CONTENT["MNIST"].items():
        network[f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}.gz"] = gzip.compress(raw)


def archive(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, raw in {"batches.meta.txt": b"airplane", **files}.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(raw)
            tar.addfile(member, io.BytesIO(raw))
    return stream.getvalue()


def test_downloaded_once(world):
    serve_digits(world)
    world["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"] = archive(CONTENT["CIFAR10"])
    check_digits(data.mnist(), "mnist")
    check_photos(data.cifar10())
    world.clear()
    check_digits(data.mnist(), "mnist")
    check_photos(data.cifar10())


def test_an_incomplete_folder_is_made_good_by_the_download(world, folder):
    put(folder / "mnist", {"train-labels-idx1-ubyte": b""})
    serve_digits(world)
    check_digits(data.mnist(), "mnist")


def test_offline_without_a_folder():
    with pytest.raises(FileNotFoundError) as caught:
        data.mnist()
    said = str(caught.value)
    assert "INFOPLANE_DATA is not set" in said
    assert "https://ossci-datasets.s3.amazonaws.com/mnist/" in said
    assert "ConnectionError: no route to host" in said
    assert "set INFOPLANE_DATA to a folder that holds mnist/train-images-idx3-ubyte, " in said
    assert "run once with a network" in said


def test_offline_with_an_incomplete_folder(folder):
    files = dict(CONTENT["CIFAR10"])
    del files["data_batch_3.bin"]
    put(folder / "cifar10", files)
    with pytest.raises(FileNotFoundError, match=r"\(from INFOPLANE_DATA\) lacks data_batch_3.bin, the cache"):
        data.cifar10()


def test_a_wrong_file_in_the_folder_is_named_with_both_checksums(folder):
    wrong = idx(np.array([5, 0, 4, 1, 9, 3], np.uint8))
    put(folder / "mnist", {**CONTENT["MNIST"], "train-labels-idx1-ubyte": wrong})
    wanted = hashlib.sha256(CONTENT["MNIST"]["train-labels-idx1-ubyte"]).hexdigest()
    came = hashlib.sha256(wrong).hexdigest()
    path = re.escape(str(folder / "mnist" / "train-labels-idx1-ubyte"))
    with pytest.raises(ValueError, match=f"{path} is not the file wanted.*{wanted}.*{came}"):
        data.mnist()
    assert (folder / "mnist" / "train-labels-idx1-ubyte").exists()


@pytest.mark.parametrize("broken", [b"no gzip", gzip.compress(b"cut short" * 99)[:-12]])
def test_a_damaged_archive_in_the_folder(folder, broken):
    put(folder / "mnist", CONTENT["MNIST"])
    (folder / "mnist" / "train-labels-idx1-ubyte").unlink()
    (folder / "mnist" / "train-labels-idx1-ubyte.gz").write_bytes(broken)
    with pytest.raises(ValueError, match=r"train-labels-idx1-ubyte\.gz cannot be unpacked"):
        data.mnist()


def test_a_wrong_download_does_not_stay(world, tmp_path):
    serve_digits(world)
    url = "https://ossci-datasets.s3.amazonaws.com/mnist/t10k-labels-idx1-ubyte.gz"
    right, world[url] = world[url], gzip.compress(b"<html>busy</html>")
    with pytest.raises(ValueError, match=r"not the file wanted.*removed from the cache"):
        data.mnist()
    assert not (tmp_path / "cache" / "infoplane" / "mnist" / "t10k-labels-idx1-ubyte.gz").exists()
    world[url] = right
    check_digits(data.mnist(), "mnist")


def test_wrong_archives_do_not_stay(world, tmp_path):
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    whole = archive(CONTENT["CIFAR10"])
    lacking = archive({"test_batch.bin": CONTENT["CIFAR10"]["test_batch.bin"]})
    changed = archive({**CONTENT["CIFAR10"], "data_batch_2.bin": b"\x00" * 6146})
    for broken, says in (
        (b"<html>busy</html>", "cannot be unpacked"),
        (whole[: len(whole) // 2], "cannot be unpacked"),
        (lacking, "does not hold data_batch_1.bin"),
        (changed, "data_batch_2.bin in .* is not the file wanted"),
    ):
        world[url] = broken
        with pytest.raises(ValueError, match=f"{says}.*removed from the cache"):
            data.cifar10()
        assert not list((tmp_path / "cache" / "infoplane" / "cifar10").iterdir())
    world[url] = whole
    check_photos(data.cifar10())


def test_the_real_sources_are_whole():
    for constant, files in (("MNIST", 4), ("FASHION_MNIST", 4), ("CIFAR10", 6)):
        source = getattr(SOURCES, constant)
        assert len(source.sha256) == files
        assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in source.sha256.values())
        assert len(set(source.sha256.values())) == files
        if len(source.urls) > 1:
            assert [url.rsplit("/", 1)[1] for url in source.urls] == [f"{name}.gz" for name in source.sha256]
