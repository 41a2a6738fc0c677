from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mutual_info_score
from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information

from infoplane.measures.counting._cells import at_most, by_chance, paired

codes = st.integers(2, 30).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 5), min_size=n, max_size=n).map(np.array)] * 2)
)


def drawn(n, rows, columns, seed=0):
    """Codes of uneven shares, some of which occur once or never."""
    rng = np.random.default_rng(seed)
    return tuple((many * rng.random(n) ** 2).astype(int) for many in (rows, columns))


@given(cells=codes)
def test_information_is_that_of_the_definition_and_never_negative(cells):
    value = paired(*cells).information()
    assert value == pytest.approx(mutual_info_score(*cells), abs=1e-12)
    assert value >= 0


@pytest.mark.parametrize("n", [10, 33, 1000])
@pytest.mark.parametrize("columns", [1, 3, 7])
def test_independent_cells_have_exactly_none(n, columns):
    x, y = np.divmod(np.arange(n * columns), columns)
    assert paired(x, y).information() == 0
    assert paired(np.repeat(x, 3), np.repeat(y, 3)).information() == 0


@pytest.mark.parametrize("x", [[0, 0, 0, 1, 1, 2], [0, 0, 0, 0, 0, 1], [0, 1, 2, 3, 4, 5]])
@pytest.mark.parametrize("y", [[0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 1, 1]])
def test_chance_is_the_mean_over_all_pairings(x, y):
    every = [paired(np.array(x), np.array(order)) for order in permutations(y)]
    chance = by_chance(every[0])
    assert chance.information == pytest.approx(np.mean([one.information() for one in every]), abs=1e-12)
    assert chance.miller == pytest.approx(np.mean([one.miller() for one in every]), abs=1e-12)


@pytest.mark.parametrize("n", [40, 1000, 20_000])
@pytest.mark.parametrize(("rows", "columns"), [(2, 2), (30, 10), (400, 30), (15_000, 300)])
def test_scikit_learn_has_the_same_mean(n, rows, columns):
    x, y = (np.unique(side, return_inverse=True)[1] for side in drawn(n, rows, columns))
    expected = expected_mutual_information(contingency_matrix(x, y, sparse=True), n)
    assert by_chance(paired(x, y)).information == pytest.approx(expected, abs=1e-9)


@given(cells=codes)
def test_chance_is_within_its_bound(cells):
    pairs = paired(*cells)
    chance = by_chance(pairs)
    assert max(chance.information, abs(chance.miller)) <= at_most(pairs) + 1e-12
