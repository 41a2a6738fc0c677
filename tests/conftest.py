"""Every test starts from the same random state."""

import random
import sys

import numpy as np
import pytest


@pytest.fixture
def rng():
    """A generator of the test's own: one of the module would give it other numbers in another order."""
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def seeded():
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  (the global state that users' own code may draw from)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)
