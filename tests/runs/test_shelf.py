"""The shelf of a run, with something dear that no measure knows."""

import errno
import os
import pickle
import re
import signal
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest

from infoplane import Probe, Run
from infoplane.runs import shelf as shelves
from infoplane.storage import files

KEY = ("sums", "sums(of=rows)")


@dataclass(frozen=True)
class Sums:
    numbers: int = 1

    def pack(self, made):
        return {"sums": made}, {"kind": "Sums"}

    def unpack(self, tensors, header, rows=None):
        if header["kind"] != "Sums" or tensors["sums"].shape != (rows,):
            raise ValueError("no sums")
        return tensors["sums"]


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path / "run").create({}, step="epoch", seeds=[0])
    run.set_probe(Probe(np.random.default_rng(0).normal(size=(6, 3)), [0, 1, 2, 0, 1, 2]))
    run.record(0, {"fc1": np.arange(12.0).reshape(6, 2), "whole": np.arange(6)}, rows=range(6))
    return run


class Made:
    """Sums of a variable's rows, and how often they were made."""

    def __init__(self):
        self.times = 0

    def of(self, sample, codec=None, key=KEY):
        def make():
            self.times += 1
            return sample.values.reshape(len(sample), -1).sum(axis=1)

        return sample.derived(key, make, keep=codec or Sums())


def only_file(run, folder="sums"):
    (path,) = (run.path / folder).glob("*")
    return path


def test_made_once_and_found_by_the_next_sample(run):
    made = Made()
    first = made.of(run.sample("probe", "layer:fc1", 0))
    again = made.of(run.sample("probe", "layer:fc1", 0))
    np.testing.assert_array_equal(first, [1, 5, 9, 13, 17, 21])
    np.testing.assert_array_equal(again, first)
    assert made.times == 1
    header, _ = files.read_header(only_file(run))
    sample = run.sample("probe", "layer:fc1", 0)
    assert (header["settings"], header["data"], header["numbers"]) == (KEY[1], sample.digest, 1)
    assert only_file(run).name.startswith(run.digest("probe", "layer:fc1", 0) + "-")


def test_each_variable_and_setting_has_its_own(run):
    made = Made()
    for word in ("layer:fc1", "layer:whole", "input"):
        made.of(run.sample("probe", word, 0))
    made.of(run.sample("probe", "input"), key=(KEY[0], "sums(of=columns)"))
    assert made.times == 4
    assert len(list((run.path / "sums").glob("*"))) == 4


def test_only_what_is_needed_is_read(run, monkeypatch):
    made, read = Made(), []
    for settings in "abc":
        made.of(run.sample("probe", "input"), key=(KEY[0], settings))
    real = shelves.read_entry
    monkeypatch.setattr(shelves, "read_entry", lambda path: read.append(path) or real(path))
    sample = run.sample("probe", "input")
    assert not read
    made.of(sample, key=(KEY[0], "b"))
    made.of(sample, key=(KEY[0], "b"))
    assert len(read) == 1
    assert made.times == 3


def test_raised_numbers_make_it_anew(run):
    made = Made()
    made.of(run.sample("probe", "input"))
    for times in (2, 2):
        made.of(run.sample("probe", "input"), Sums(numbers=2))
        assert made.times == times
    assert files.read_header(only_file(run))[0]["numbers"] == 2


def test_an_entry_that_says_no_numbers_is_of_the_first(run):
    made = Made()
    sample = run.sample("probe", "input")
    made.of(sample)
    header = {"settings": KEY[1], "data": sample.digest, "kind": "Sums"}
    files.write_tensors(only_file(run), {"sums": np.zeros(6)}, header)
    np.testing.assert_array_equal(made.of(run.sample("probe", "input")), np.zeros(6))
    made.of(run.sample("probe", "input"), Sums(numbers=2))
    assert made.times == 2


def rewritten(**changes):
    """The entry again, with another header and tensors."""

    def damage(path):
        header, _ = files.read_header(path)
        header.pop("digests")
        tensors = changes.get("tensors", {"sums": files.read_tensor(path, "sums")})
        files.write_tensors(path, tensors, {**header, **changes.get("header", {})})

    return damage


def without_header(path):
    from safetensors.numpy import save

    path.write_bytes(save({"sums": np.zeros(6)}))


def with_a_header_that_is_no_object(path):
    from safetensors.numpy import save

    path.write_bytes(save({"sums": np.zeros(6)}, metadata={"infoplane": "[1]"}))


def with_a_flipped_bit(path):
    data = bytearray(path.read_bytes())
    data[-3] ^= 4
    path.write_bytes(data)


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-5]),
    "truncated in the header": lambda path: path.write_bytes(path.read_bytes()[:20]),
    "a flipped bit": with_a_flipped_bit,
    "other bytes": lambda path: path.write_bytes(b"\xff" * 400),
    "no header": without_header,
    "no object": with_a_header_that_is_no_object,
    "another kind": rewritten(header={"kind": "Spectrum"}),
    "other data": rewritten(header={"data": "0" * 64}),
    "other settings": rewritten(header={"settings": "sums(of=columns)"}),
    "another shape": rewritten(tensors={"sums": np.zeros(7)}),
    "another tensor": rewritten(tensors={"total": np.zeros(6)}),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_is_named_once_and_made_anew(run, damage):
    made = Made()
    expected = made.of(run.sample("probe", "input"))
    path = only_file(run)
    damage(path)
    with pytest.warns(UserWarning, match=re.escape(f"{path} is of no use")) as said:
        found = made.of(run.sample("probe", "input"))
    np.testing.assert_array_equal(found, expected)
    assert made.times == 2
    assert len(said) == 1
    np.testing.assert_array_equal(made.of(run.sample("probe", "input")), expected)
    assert made.times == 2  # replaced
    damage(path)
    made.of(run.sample("probe", "input"))  # not said again
    assert made.times == 3


def test_any_flipped_bit_is_survived(run):
    """Whatever it hits: length, JSON, metadata, numbers."""
    made = Made()
    expected = made.of(run.sample("probe", "input"))
    path = only_file(run)
    whole = path.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for place in range(len(whole)):
            data = bytearray(whole)
            data[place] ^= 1 << place % 8
            path.write_bytes(data)
            np.testing.assert_array_equal(made.of(run.sample("probe", "input")), expected)
    assert made.times > len(whole) / 2


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_where_nothing_can_be_written_it_goes_on(run, monkeypatch, code):
    def refuse(path, data):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files, "write_whole", refuse)
    made = Made()
    with pytest.warns(UserWarning, match=f"sums keeps nothing.*{os.strerror(code)}") as said:
        found = [made.of(run.sample("probe", "layer:fc1", 0), key=(KEY[0], settings)) for settings in "ab"]
    assert len(said) == 1
    np.testing.assert_array_equal(found, [[1, 5, 9, 13, 17, 21]] * 2)


def test_what_stands_in_the_way_stays(run):
    made = Made()
    (run.path / "sums").write_text("a file of the user's")
    shelf = shelves.RunShelf(run.path, run.digest("probe", "target"))
    shelf.path(("totals", "a")).mkdir(parents=True)
    for folder in ("sums", "totals"):
        with pytest.warns(UserWarning, match=f"{folder} keeps nothing"):
            made.of(run.sample("probe", "target"), key=(folder, "a"))
    assert made.times == 2
    assert (run.path / "sums").read_text() == "a file of the user's"


def test_a_run_that_is_gone_does_not_come_back(run):
    sample = run.sample("probe", "input")
    run.path.rename(run.path.with_name("moved"))
    with pytest.warns(UserWarning, match="is gone"):
        Made().of(sample)
    assert not run.path.exists()


def test_two_writers_of_one_entry(run):
    made = Made()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: made.of(run.sample("probe", "input")), range(40)))
    assert all((one == found[0]).all() for one in found)
    tensors, _ = shelves.read_entry(only_file(run))
    np.testing.assert_array_equal(tensors["sums"], found[0])


PUT_FOREVER = """
import sys
import numpy as np
from pathlib import Path
from infoplane.runs.shelf import RunShelf
shelf, big = RunShelf(Path(sys.argv[1]), "data"), np.zeros(2**20)
print("ready", flush=True)
while True:
    big += 1
    shelf.put(("sums", "big"), {"sums": big}, {"kind": "Sums"})
"""


def test_killed_or_beside_another_process_an_entry_is_whole(run):
    shelf = shelves.RunShelf(run.path, "data")
    writers = [
        subprocess.Popen([sys.executable, "-c", PUT_FOREVER, str(run.path)], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        for writer in writers:
            assert writer.stdout.readline() == b"ready\n"
        seen, path = [], shelf.path(("sums", "big"))
        while len(set(seen)) < 10:
            if path.exists():
                tensors, header = shelves.read_entry(path)
                assert header["settings"] == "big"
                assert np.ptp(tensors["sums"]) == 0
                seen.append(tensors["sums"][0])
    finally:
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.wait()
            writer.stdout.close()
    shelves.read_entry(path)
    run.discard_after(0)
    assert [one.name for one in (run.path / "sums").iterdir()] == [path.name]


def test_who_has_a_shelf(run):
    """The same values do, under any name and anywhere; other values don't."""
    sample, made = run.sample("probe", "input"), Made()
    made.of(sample)
    for same in (sample.renamed("z"), pickle.loads(pickle.dumps(sample)), sample.at("elsewhere")):
        made.of(same)
    assert made.times == 1
    made.of(sample.take(np.arange(5)))
    made.of(sample.take(np.arange(5)))
    assert made.times == 3
    assert len(list((run.path / "sums").glob("*"))) == 1
