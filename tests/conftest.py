"""Every test starts from the same random state and the same hypothesis examples."""

import random
import sys

import hypothesis
import numpy as np
import pytest

hypothesis.settings.register_profile("same", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.load_profile("same")


@pytest.fixture(autouse=True)
def seeded():
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  (the global state that users' own code may draw from)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)
