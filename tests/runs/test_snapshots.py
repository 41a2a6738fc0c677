import hypothesis.extra.numpy as arrays_of
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infoplane import Probe, Run
from infoplane.storage import files as _files

LAYERS = {"test": {"fc2": np.ones((4, 3), np.float32), "fc1": np.zeros((4, 2, 2))}}


def test_header_knows_everything_but_the_arrays(run):
    run.save_snapshot(10, LAYERS, output="fc1")
    snapshot = run.snapshot(10)
    assert snapshot.step == 10
    assert snapshot.layers == {"test": ("fc2", "fc1")}  # the order of firing, not of the alphabet
    assert snapshot.widths == {"test/fc1": 4, "test/fc2": 3}
    assert snapshot.output == "fc1"
    assert snapshot.aligned == {"test": True}
    assert snapshot.digests.keys() == snapshot.widths.keys()
    assert all(len(digest) == 16 for digest in snapshot.digests.values())


def test_reprs(run):
    run.save_snapshot(10, LAYERS, output="fc1", aligned=False)
    assert repr(run.snapshot(10)) == (
        "Snapshot(step 10; test: fc2 3, fc1 4 (alignment unverified); output fc1)"
    )
    run.save_snapshot(11, {"test": {"<b>": np.ones(4)}})
    assert "&lt;b&gt; 1" in run.snapshot(11)._repr_html_()


def test_steps_are_sorted_by_number(run):
    for step in (1_000_000, 2, np.int64(10), 0):
        run.save_snapshot(step, LAYERS)
    (run.path / "snapshots" / "notes.txt").write_text("")
    (run.path / "snapshots" / "000099.safetensors.bak").write_text("")
    assert run.steps == (0, 2, 10, 1_000_000)


def test_digest_follows_dtype_shape_and_bytes(run):
    variants = [np.zeros(4), np.zeros(4, np.float32), np.zeros((4, 2)), np.ones(4), np.zeros(4, int)]
    digests = set()
    for step, values in enumerate(variants):
        run.save_snapshot(step, {"test": {"a": values}})
        digests.add(run.digest("test", "layer:a", step))
    assert len(digests) == len(variants)
    run.save_snapshot(9, {"test": {"a": np.zeros(4), "b": np.ones(4)}})
    assert run.digest("test", "layer:a", 9) == run.digest("test", "layer:a", 0)


def test_headers_and_digests_read_no_tensor_and_a_layer_reads_one(run, monkeypatch):
    run.save_snapshot(10, LAYERS)
    read = []
    original = _files.read_tensor
    for reader in ("folder", "outline", "variables"):
        monkeypatch.setattr(
            f"infoplane.runs.{reader}.read_tensor", lambda path, key: read.append(key) or original(path, key)
        )
    run.digest("test", "layer:fc1", 10)
    run.digest("test", "input")
    run.snapshot(10)
    repr(run)
    assert read == []
    run.layer(10, "test", "fc1")
    assert read == ["test/fc1"]


def test_a_digest_is_read_from_the_head_of_the_file(run):
    """Zeros in place of the tensors change nothing."""
    run.save_snapshot(10, LAYERS)
    before = run.digest("test", "layer:fc2", 10)
    path = run.path / "snapshots" / "000010.safetensors"
    data = path.read_bytes()
    head = 8 + int.from_bytes(data[:8], "little")
    path.write_bytes(data[:head] + bytes(len(data) - head))
    assert run.digest("test", "layer:fc2", 10) == before


@pytest.mark.parametrize("name", ["a/b", "été ₁", "../../x", "a b\n\t", "input", "__metadata__", '"', "💡"])
def test_strange_names_of_layers(run, name):
    run.save_snapshot(0, {"test": {name: np.arange(4.0), "other": np.ones(4)}}, output=name)
    assert run.snapshot(0).layers["test"] == (name, "other")
    assert run.layer(0, "test", name).ravel().tolist() == [0, 1, 2, 3]
    sample = run.sample("test", f"layer:{name}", 0)
    assert sample.name == f"layer:{name}"
    assert sorted(path.name for path in run.path.parent.iterdir()) == ["run"]


@pytest.mark.parametrize("name", ["a b", "é/ü/₁", "x#1.d", "..hidden", "con:1", "[0-9]*", "💡"])
def test_strange_names_of_runs_and_splits(tmp_path, name):
    run = Run(tmp_path / name).create({})
    split = name.replace("/", "..")
    run.set_probe({split: Probe(np.ones((4, 1)))})
    run.save_snapshot(0, {split: {"a": np.ones(4)}})
    run.log(0, loss=1)
    assert (run.splits, run.steps, len(run.metrics())) == ((split,), (0,), 1)
    assert name in repr(run)
    run.discard_after(-1)
    assert run.steps == ()


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ({"test": {"a": np.ones((3, 2))}}, "one row per sample of the probe's split 'test', 4; got 3"),
        ({"train": {"a": np.ones((4, 2))}}, "the probe has no split 'train'; it has test"),
        ({"test": {"a": np.ones((4, 0))}}, r"shape \(n, ...\); got shape \(4, 0\)"),
        ({"test": {"a": np.float64(3)}}, r"got shape \(\)"),
        ({"test": {"a": np.array(["x"] * 4)}}, "real numbers of at most 64 bits; got <U1"),
        ({"test": {"a": np.ones(4, complex)}}, "got dtype complex128"),
        ({"test": {"a": np.array([None] * 4)}}, "missing values .* in 4 of 4 rows"),
        ({"test": {"": np.ones(4)}}, "named by strings; got ''"),
        ({"test": {3: np.ones(4)}}, "named by strings; got 3"),
        ({"test": {}}, "at least one layer"),
        ({}, "at least one layer"),
    ],
)
def test_refusals(run, layers, said):
    with pytest.raises(ValueError, match=said):
        run.save_snapshot(0, layers)
    assert run.steps == ()


@pytest.mark.parametrize("step", [-1, 1.5, True, "3", None])
def test_a_step_is_a_non_negative_integer(run, step):
    for write in (lambda: run.save_snapshot(step, LAYERS), lambda: run.log(step, loss=1)):
        with pytest.raises(ValueError, match="must be an integer >= 0"):
            write()


def test_choices_are_listed(run):
    run.save_snapshot(3, LAYERS)
    with pytest.raises(ValueError, match=r"no snapshot of step 4; it has 3"):
        run.snapshot(4)
    with pytest.raises(ValueError, match="no layer 'fc3'; it has fc2, fc1"):
        run.layer(3, "test", "fc3")
    with pytest.raises(ValueError, match="no split 'val'; it has test"):
        run.layer(3, "val", "fc1")
    with pytest.raises(ValueError, match="output must be one of the layers, fc1, fc2; got 'fc3'"):
        run.save_snapshot(4, LAYERS, output="fc3")


DTYPES = ["f2", "f4", "f8", ">f8", ">i4", "i1", "i4", "i8", "u1", "u2", "u8", "?"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(data=st.data())
def test_arrays_come_back(run, data):
    sides = st.lists(st.integers(1, 3), max_size=3)
    shape = (4, *data.draw(sides))
    array = data.draw(arrays_of.arrays(data.draw(st.sampled_from(DTYPES)), shape))
    if data.draw(st.booleans()):
        array = np.asfortranarray(array)
    before = array.copy()
    run.save_snapshot(0, {"test": {"a": array, "b": np.ones((4, 3))[:, ::2]}})
    back = run.layer(0, "test", "a")
    wanted = array.astype(np.float32) if array.dtype == np.float16 else array
    assert back.dtype == wanted.dtype.newbyteorder("=")
    np.testing.assert_array_equal(back, wanted.reshape(4, -1))
    np.testing.assert_array_equal(array, before)
    assert run.layer(0, "test", "b").tolist() == [[1, 1]] * 4


def test_tensors_of_torch(run):
    torch = pytest.importorskip("torch")
    values = torch.arange(8.0).reshape(4, 2).requires_grad_()
    layers = {"a": values, "b": values.bfloat16(), "c": values.half(), "d": values > 2}
    run.save_snapshot(0, {"test": layers})
    dtypes = [run.layer(0, "test", name).dtype.name for name in "abcd"]
    assert dtypes == ["float32", "float32", "float32", "bool"]
    assert run.layer(0, "test", "b").tolist() == values.tolist()
    run.log(0, loss=values.sum(), nothing=values.sum() * float("nan"))
    assert run.metrics() == [{"step": 0, "loss": 28.0, "nothing": None}]


def test_a_damaged_file_is_named(run):
    run.save_snapshot(0, LAYERS)
    path = run.path / "snapshots" / "000000.safetensors"
    path.write_bytes(path.read_bytes()[:-5])
    for read in (lambda: run.snapshot(0), lambda: run.layer(0, "test", "fc1")):
        with pytest.raises(
            ValueError, match=r"000000\.safetensors is damaged .*; delete it and record it again"
        ):
            read()


def test_a_file_of_something_else_is_named(run):
    from safetensors.numpy import save_file

    (run.path / "snapshots").mkdir()
    save_file({"a": np.ones(3)}, run.path / "snapshots" / "000000.safetensors")
    with pytest.raises(ValueError, match="not one that infoplane wrote"):
        run.snapshot(0)


def test_others_may_read_the_files(run):
    """New files follow the umask, so that a colleague can measure a run."""
    run.save_snapshot(0, LAYERS)
    plain = run.path / "plain"
    plain.write_text("")
    for path in (
        run.path / "snapshots" / "000000.safetensors",
        run.path / "run.json",
        run.path / "probe.safetensors",
    ):
        assert path.stat().st_mode == plain.stat().st_mode


def test_no_pickle_on_disk(run):
    run.save_snapshot(0, LAYERS)
    files = [path for path in run.path.rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert {path.suffix for path in files} == {".json", ".safetensors"}
