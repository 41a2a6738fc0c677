"""Questions put to runs: what is measured, once, in any order, by any executor."""

import json
import multiprocessing
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from infoplane import (
    KSG,
    Ask,
    Criterion,
    DegenerateData,
    Estimate,
    Layer,
    Probe,
    Run,
    Sliced,
    evaluate,
    labels,
    load,
)

QUESTIONS = {
    "S₁(X;T)": Ask(Sliced(KSG(k=3), directions=20), of=("input", "layer")),
    "S₁(T;Y)": Ask(Sliced(KSG(k=3), directions=20), of=("layer", "target")),
}


def a_run(path: Path, seed: int = 0, n: int = 80) -> Run:
    rng = np.random.default_rng(seed)
    x, y = np.random.default_rng(9).normal(size=(n, 5)), np.arange(n) % 3
    run = Run(path).create({"seed": seed}, step="epoch", seeds=[seed])
    run.set_probe(Probe(x, y))
    for step in (0, 1, 10):
        linear = x @ rng.normal(size=(5, 4)) + step * y[:, None]
        fc1 = np.maximum(linear, linear / 10).astype(np.float32)  # leaky: KSG refuses rows of zeros
        run.save_snapshot(step, {"probe": {"fc1": fc1, "out": fc1[:, :2] * 2}}, output="out")
        run.log(step, loss=1 / (1 + step))
    return run


@dataclass(frozen=True)
class Broken:
    degenerate: bool = False

    def __call__(self, x, y) -> Estimate:
        raise DegenerateData("no way") if self.degenerate else RuntimeError("no way")


def test_every_snapshot_and_layer_is_measured(tmp_path):
    runs = [a_run(tmp_path / f"s{seed}", seed) for seed in (0, 1)]
    ds = evaluate(runs, QUESTIONS, progress=False)
    assert dict(ds.value.sizes) == {"run": 2, "split": 1, "step": 3, "layer": 2, "quantity": 2}
    assert ds.value.notnull().all()
    direct = QUESTIONS["S₁(X;T)"].measure(
        runs[1].sample("probe", "input"), runs[1].sample("probe", "layer:fc1", 10)
    )
    row = ds.sel(run="s1", step=10, layer="fc1", quantity="S₁(X;T)")
    assert row.value.item() == pytest.approx(direct.value, abs=1e-12)
    assert row.stderr.item() == pytest.approx(direct.stderr, abs=1e-12)
    np.testing.assert_array_equal(row.slices.squeeze(), direct.slices.values)


def test_measured_once(tmp_path):
    run = a_run(tmp_path / "s0")
    first = evaluate(run, QUESTIONS, progress=False)
    before = (run.path / "estimates.jsonl").read_bytes()
    assert evaluate(run, QUESTIONS, progress=False).identical(first)
    assert (run.path / "estimates.jsonl").read_bytes() == before


def test_other_settings_are_another_measurement(tmp_path):
    run = a_run(tmp_path / "s0")
    evaluate(run, QUESTIONS, progress=False)
    more = {"S₁(X;T)": Ask(Sliced(KSG(k=4), directions=20), of=("input", "layer"))}
    ds = evaluate(run, more, progress=False)
    assert len(run.rows()) == 12 + 6
    assert ds.quantity.values.tolist() == ["S₁(X;T)"]
    with pytest.raises(ValueError, match="stands for two things"):
        load(run)


def test_a_changed_snapshot_is_measured_anew(tmp_path):
    run = a_run(tmp_path / "s0")
    old = evaluate(run, QUESTIONS, progress=False)
    x = run.layer(10, "probe", "fc1")
    run.save_snapshot(
        10, {"probe": {"fc1": x[:, ::-1] + x, "out": run.layer(10, "probe", "out")}}, output="out"
    )
    new = evaluate(run, QUESTIONS, progress=False)
    assert len(run.rows()) == 12 + 2
    changed = (old.value != new.value).any(["run", "split", "quantity"])
    assert changed.sel(step=10, layer="fc1")
    assert int(changed.sum()) == 1


def test_rows_do_not_depend_on_who_measures(tmp_path):
    run = a_run(tmp_path / "s0")
    threads = evaluate(run, QUESTIONS, progress=False)
    (run.path / "estimates.jsonl").unlink()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        processes = evaluate(run, QUESTIONS, executor=executor, progress=False)
    assert processes.identical(threads)


def test_seeds_with_the_same_input_project_it_once(tmp_path):
    runs = [a_run(tmp_path / f"s{seed}", seed) for seed in (0, 1)]
    seen, lock = set(), threading.Lock()

    def remember(x, y):
        with lock:
            seen.add(x.ctypes.data)
        return 0.0

    evaluate(runs, {"?": Ask(Criterion("remember", remember), of=("input", "layer"))}, progress=False)
    assert len(seen) == 1


def test_degenerate_data_become_a_row_that_says_why(tmp_path):
    run = a_run(tmp_path / "s0")
    bad = run.layer(1, "probe", "fc1")
    bad[7] = np.nan
    run.save_snapshot(1, {"probe": {"fc1": bad, "out": run.layer(1, "probe", "out")}}, output="out")
    ds = evaluate(run, QUESTIONS, progress=False)
    row = ds.sel(step=1, layer="fc1", quantity="S₁(T;Y)")
    assert row.value.isnull().all()
    assert "layer:fc1" in row.note.item()
    assert "row 7" in row.note.item()
    assert int(ds.value.isnull().sum()) == 2
    assert evaluate(run, QUESTIONS, progress=False).identical(ds)


def test_other_errors_end_it_and_say_where(tmp_path):
    run = a_run(tmp_path / "s0")
    evaluate(run, QUESTIONS, progress=False)
    kept = len(run.rows())
    with pytest.raises(RuntimeError, match="no way") as caught:
        evaluate(run, {"broken": Ask(Broken())}, progress=False)
    assert "while measuring 'broken' of input, layer:" in caught.value.__notes__[0]
    assert len(run.rows()) == kept
    ds = evaluate(run, {"degenerate": Ask(Broken(degenerate=True))}, progress=False)
    assert set(ds.note.values.ravel()) == {"no way"}


def test_an_input_that_is_a_layer_is_measured_at_every_step(tmp_path):
    run, rng = Run(tmp_path / "r").create({}), np.random.default_rng(0)
    run.set_probe(Probe(np.arange(40), np.arange(40) % 2, as_input="embedding"))
    for step in (0, 1):
        run.save_snapshot(step, {"probe": {"embedding": rng.normal(size=(40, 2))}})
    ds = evaluate(run, {"I(X;Y)": Ask(KSG(k=3), of=("input", "target"))}, progress=False)
    assert ds.value.squeeze().values.tolist() == [
        KSG(k=3)(run.sample("probe", "input", step), run.sample("probe", "target")).value for step in (0, 1)
    ]


def test_targets_of_other_classes_are_other_targets(tmp_path):
    runs = []
    for high in (1, 10):
        runs.append(Run(tmp_path / str(high)).create({}))
        runs[-1].set_probe(Probe(np.ones((4, 1)), labels([-1, high, -1, high])))
        runs[-1].save_snapshot(0, {"probe": {"a": np.ones((4, 1))}})
    mean = Criterion("mean", lambda x, y: float(y.mean()))
    ds = evaluate(runs, {"mean": Ask(mean, of=("layer", "target"))}, workers=1, progress=False)
    assert ds.value.squeeze().values.tolist() == [0, 4.5]


def test_pairs_of_layers_and_the_first_snapshot(tmp_path):
    run = a_run(tmp_path / "s0")
    means = Criterion("means", lambda a, b: float(a.mean() - b.mean()))
    ds = evaluate(
        run,
        {
            "from first": Ask(means, of=("layer", Layer("fc1", at="first"))),
            "to output": Ask(means, of=("layer", "output")),
            "of data": Ask(Criterion("n", lambda x, y: float(len(x))), of=("input", "target")),
        }
        | {"named": Ask(means, of=(Layer("fc1"), Layer("out")))},
        progress=False,
    )
    assert ds.value.sel(quantity="from first", layer="fc1|fc1@first", step=0).item() == 0
    assert ds.value.sel(quantity="from first", layer="fc1|fc1@first", step=10).item() > 0.1
    assert ds.value.sel(quantity="to output", layer="out|out").values.ravel().tolist() == [0, 0, 0]
    np.testing.assert_array_equal(
        ds.value.sel(quantity="named", layer="fc1|out"), ds.value.sel(quantity="to output", layer="fc1|out")
    )
    assert ds.value.sel(quantity="of data", layer="input|target", step=0).item() == 80
    assert ds.value.sel(quantity="of data").count() == 1


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (Ask(KSG(), of=("layer", Layer("fc9"))), r"'fc9'.*recorded: fc1, out"),
        (Ask(lambda x, y: 0.0), r"Wrap a function in Criterion"),
        ("S₁", "Ask"),
    ],
)
def test_questions_that_cannot_be_asked(tmp_path, ask, message):
    run = a_run(tmp_path / "s0")
    with pytest.raises(ValueError, match=message):
        evaluate(run, {"q": ask}, progress=False)
    assert run.rows() == []


def test_no_target_no_output_no_snapshots(tmp_path):
    run = Run(tmp_path / "r").create({})
    run.set_probe(Probe(np.random.default_rng(0).normal(size=(9, 2))))
    with pytest.raises(ValueError, match="no snapshots"):
        evaluate(run, QUESTIONS)
    run.save_snapshot(0, {"probe": {"a": np.random.default_rng(1).normal(size=(9, 2))}})
    with pytest.raises(ValueError, match=r"the probe 'probe'.*has none"):
        evaluate(run, {"I(T;Y)": Ask(KSG(), of=("layer", "target"))})
    with pytest.raises(ValueError, match="output, which was not recorded"):
        evaluate(run, {"I(T;Ŷ)": Ask(KSG(), of=("layer", "output"))})
    with pytest.raises(ValueError, match="no runs"):
        evaluate([], QUESTIONS)
    with pytest.raises(ValueError, match="given twice"):
        evaluate([run, run.path], QUESTIONS)
    with pytest.raises(ValueError, match="got none"):
        evaluate(run, {})


class OneByOne(Executor):
    """Runs a task when it is submitted; stops working after `tasks`."""

    def __init__(self, tasks: int):
        self.tasks = tasks

    def submit(self, fn, /, *args, **kwargs):
        future: Future = Future()
        self.tasks -= 1
        try:
            if self.tasks < 0:
                raise KeyboardInterrupt
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


def test_interrupted_it_goes_on(tmp_path):
    whole = evaluate(a_run(tmp_path / "whole" / "s0"), QUESTIONS, progress=False)
    run = a_run(tmp_path / "s0")
    for attempt in range(1, 10):
        try:
            ds = evaluate(run, QUESTIONS, executor=OneByOne(2), progress=False)
            break
        except KeyboardInterrupt:
            assert len(run.rows()) >= min(attempt, 12)
    assert ds.identical(whole)
    assert len(run.rows()) == 12


def test_measuring_beside_another_is_refused(tmp_path):
    run = a_run(tmp_path / "s0")
    with run.appending("estimates.jsonl"), pytest.raises(ValueError, match=r"estimates\.jsonl"):
        evaluate(run, QUESTIONS, progress=False)


def test_unverified_alignment_is_said(tmp_path):
    run = Run(tmp_path / "r").create({})
    rng = np.random.default_rng(0)
    run.set_probe(Probe(rng.normal(size=(30, 2)), rng.integers(0, 2, 30)))
    run.record(0, {"a": rng.normal(size=(30, 2))})
    ds = evaluate(run, {"I(T;Y)": Ask(KSG(), of=("layer", "target"))}, progress=False)
    assert "alignment unverified" in ds.note.item()


def test_rows_are_plain_json(tmp_path):
    run = a_run(tmp_path / "s0")
    evaluate(run, {"S₁(X;T)": QUESTIONS["S₁(X;T)"]}, progress=False)
    row = json.loads((run.path / "estimates.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert row["measure"] == {
        "class": "Sliced",
        "numbers": 1,
        "measure": {"class": "KSG", "numbers": 2, "k": 3},
        "directions": 20,
    }
    assert row["of"] == ["input", f"layer:{row['layer']}"]
    assert len(row["slices"]) == 20
    assert np.mean(row["slices"]) == pytest.approx(row["value"], abs=1e-7)
