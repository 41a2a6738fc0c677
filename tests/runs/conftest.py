import numpy as np
import pytest

from infoplane import Probe, Run


@pytest.fixture
def run(tmp_path):
    """A run with a probe of four samples in one split, and no snapshots."""
    run = Run(tmp_path / "run").create({"lr": 0.1})
    run.set_probe({"test": Probe(np.arange(8.0).reshape(4, 2), [0, 1, 1, 0], rows=[10, 11, 12, 13])})
    return run
