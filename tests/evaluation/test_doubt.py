"""What a type decided, in the rows of runs."""

import numpy as np

from infoplane import CKA, Ask, Probe, Run, continuous, evaluate


def test_rows_say_what_a_type_decided_in_doubt(tmp_path):
    """A target of floats that are classes; of two runs with one target, where one of them said it."""
    x = np.random.default_rng(0).normal(size=(40, 2))
    classes = np.arange(40) % 2 * 1.0
    runs = []
    for name, y in (("unsaid", classes), ("said", continuous(classes))):
        runs.append(Run(tmp_path / name).create({"y": name}))
        runs[-1].set_probe(Probe(x, y))
        runs[-1].record(0, {"fc1": x}, rows=np.arange(40))
    asked = {"CKA": Ask(CKA(), of=("layer", "target"))}
    unsaid, said = evaluate(runs, asked, progress=False, workers=1)["note"].values.ravel()
    assert "2 distinct whole numbers of target are taken for quantities: labels(target)" in unsaid
    assert "whole numbers" not in said
