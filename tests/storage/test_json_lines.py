import errno
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from infoplane.storage import json_lines
from infoplane.storage.files import exclusive

ROWS = [{"step": 0, "loss": 1.5, "name": "S₁(X;T)\u2028"}, {"step": 1, "loss": None}]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows.jsonl"


def append(path, *rows):
    with json_lines.appending(path) as add:
        for row in rows:
            add(row)


def test_roundtrip(path):
    assert json_lines.read(path) == []
    append(path, ROWS[0])
    append(path, ROWS[1])
    assert json_lines.read(path) == ROWS


def test_values_of_numpy_and_friends(path):
    append(
        path,
        {"a": np.float32(0.5), "b": np.int64(3), "c": np.arange(2), "d": np.True_, "e": path, "f": (1, "x")},
    )
    row = json_lines.read(path)[0]
    assert row == {"a": 0.5, "b": 3, "c": [0, 1], "d": True, "e": str(path), "f": [1, "x"]}


@pytest.mark.parametrize("value", [float("nan"), np.nan, np.float32("inf"), [-np.inf], np.array([np.nan])])
def test_nan_and_infinities_are_null(path, value):
    append(path, {"value": value})
    assert b"NaN" not in path.read_bytes()
    assert json.loads(path.read_bytes())["value"] in (None, [None])


@pytest.mark.parametrize("value", [object(), {1, 2}, 1j, np.array([object()])])
def test_other_values_are_refused_and_nothing_is_written(path, value):
    append(path, ROWS[0])
    with pytest.raises(ValueError, match=r"row\['value'\]\['deep'\] must be made of numbers"):
        append(path, {"value": {"deep": value}})
    assert json_lines.read(path) == ROWS[:1]


@pytest.mark.parametrize("kept", [1, 10, -2])
def test_a_torn_last_line_is_passed_over_and_cut(path, kept):
    append(path, ROWS[0])
    path.write_bytes(path.read_bytes() + json_lines.line(ROWS[0])[:kept])
    assert json_lines.read(path) == ROWS[:1]
    append(path, ROWS[1])
    assert path.read_bytes() == json_lines.line(ROWS[0]) + json_lines.line(ROWS[1])


def test_a_torn_line_of_any_length(path):
    append(path, ROWS[0])
    path.write_bytes(path.read_bytes() + b'{"slices": [' + b"0.125, " * 50000)
    append(path, ROWS[1])
    assert json_lines.read(path) == ROWS


def test_a_torn_first_line_and_one_in_the_middle_of_a_letter(path):
    path.write_bytes('{"name": "S₁'.encode()[:-1])
    assert json_lines.read(path) == []
    append(path, ROWS[0])
    assert json_lines.read(path) == ROWS[:1]


def test_a_whole_last_line_without_its_newline_stays(path):
    path.write_bytes(json_lines.line(ROWS[0])[:-1])
    assert json_lines.read(path) == ROWS[:1]
    append(path, ROWS[1])
    assert json_lines.read(path) == ROWS


@pytest.mark.parametrize("bad", [b'{"step": ', b"[1, 2]", b"\xff\xfe"])
def test_a_bad_middle_line_is_named(path, bad):
    path.write_bytes(json_lines.line(ROWS[0]) + b"\n" + bad + b"\n" + json_lines.line(ROWS[1]))
    with pytest.raises(ValueError, match=r"rows\.jsonl, line 3 is not a JSON object"):
        json_lines.read(path)


@pytest.mark.parametrize("broken", ["write", "fsync"])
def test_a_full_disk_leaves_no_part_of_a_row(path, monkeypatch, broken):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    def half(file, data):
        file.write(data[: len(data) // 2])
        full()

    append(path, ROWS[0])
    with json_lines.appending(path) as add:
        with monkeypatch.context() as patch:
            if broken == "write":
                patch.setattr(json_lines, "_write", half)
            else:
                patch.setattr(os, "fsync", full)
            with pytest.raises(OSError, match="No space left"):
                add(ROWS[1])
        assert path.read_bytes() == json_lines.line(ROWS[0])
        add(ROWS[1])  # there is space again
    assert json_lines.read(path) == ROWS


HOLD = """
import sys
from pathlib import Path
from infoplane.storage import json_lines
with json_lines.appending(Path(sys.argv[1])) as append:
    append({"step": 0})
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(path):
    """Another process that is appending to `path`."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_a_second_writer_is_refused_until_the_first_is_gone(path, holder):
    with pytest.raises(ValueError, match=rf"process {holder.pid} on .* is writing .*rows\.jsonl; wait"):
        append(path, {"step": 1})
    assert json_lines.read(path) == [{"step": 0}]  # reading is free
    holder.kill()
    holder.wait()
    with json_lines.appending(path) as add:  # what the killed one left names nobody
        add({"step": 1})
        with pytest.raises(ValueError, match=rf"process {os.getpid()} on .* is writing"):
            append(path, {"step": 2})
    assert json_lines.read(path) == [{"step": 0}, {"step": 1}]
    assert sorted(one.name for one in path.parent.iterdir()) == [".rows.jsonl.lock", "rows.jsonl"]


def test_a_second_writer_of_the_same_process_is_refused_too(path):
    with json_lines.appending(path), pytest.raises(ValueError, match=f"process {os.getpid()} .* is writing"):
        append(path, ROWS[0])
    with json_lines.appending(path), ThreadPoolExecutor(1) as thread:
        refused = thread.submit(append, path, ROWS[0])
        with pytest.raises(ValueError, match=f"process {os.getpid()} .* is writing"):
            refused.result()


def test_waiting_for_a_short_writer(path):
    def hold():
        with exclusive(path):
            held.set()
            release.wait()

    held, release = threading.Event(), threading.Event()
    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    threading.Timer(0.05, release.set).start()
    with json_lines.appending(path, wait=10) as add:
        add(ROWS[0])
    thread.join()
    assert json_lines.read(path) == ROWS[:1]
