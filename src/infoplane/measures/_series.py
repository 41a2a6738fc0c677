"""Samples whose order matters: rows next to each other that are alike in both variables."""

import numpy as np

from infoplane.measures import _check
from infoplane.measures._scales import pieces, scaled, variances
from infoplane.sample import Sample

CLEAR = 5.0  # standard deviations of a sign test: of samples in no order, less than 1 in 10,000 reach them
MATTERS = 1.2  # samples that count for one, from which on it is said


def series_note(x: Sample, y: Sample) -> str:
    r"""A clause about two slow series, of which n samples count for fewer; none for parts of variables.

    A covariance of independent series is as uncertain as that of :math:`n / (1 + 2 \sum_j ρ_x(j) ρ_y(j))`
    samples (Bartlett). So a series that is slow does no harm beside one that isn't.
    """
    if x.places is not None or y.places is not None:
        return ""  # it is said of the whole
    if not all(_neighbours_are_alike(side) for side in sorted((x, y), key=lambda side: side.width)):
        return ""
    of_x, of_y = _autocorrelations(x), _autocorrelations(y)
    count = len(x) / _samples_per_one(of_x, of_y)
    if count * MATTERS > len(x):
        return ""
    return (
        f"neighbouring rows of {x.name} and {y.name} are alike (autocorrelation {of_x[0]:.2g} and "
        f"{of_y[0]:.2g}): {len(x)} samples count for about {max(1, round(count))}; if they are a series, "
        "KSG(window=...) and Permuted(blocks=...) are for it"
    )


def _samples_per_one(of_x: np.ndarray, of_y: np.ndarray) -> float:
    """Bartlett's factor, between the lags by straight lines, as far as both correlate."""
    far = len(of_x)
    for i in range(far):
        if not min(of_x[i], of_y[i]) > 0:
            far = i
            break
    lags = 2 ** np.arange(far)
    return 1 + 2 * float(np.interp(np.arange(1, 1 + lags[-1:].sum()), lags, (of_x * of_y)[:far]).sum())


def _neighbours_are_alike(x: Sample) -> bool:
    """Whether the next row is nearer than one a little further on, more often than by chance.

    A sign test, which no outlier moves. Samples sorted by value or class are no series, and a little further
    on there are few of the next class yet.
    """
    return x.derived("neighbours are alike", lambda: _next_is_nearer(x) and not _is_sorted(x))


def _next_is_nearer(x: Sample) -> bool:
    reach = max(12, int(np.sqrt(len(x)) / 3))
    rows = np.arange(len(x) - reach)
    if len(rows) < CLEAR**2:
        return False  # even if all were
    further = rows + reach - 7919 * rows % (1 + reach // 2)  # at several lags: one might be a period
    signs = np.sign(_apart(x, rows, further) - _apart(x, rows, rows + 1))
    return bool(signs.sum() > CLEAR * np.sqrt(np.abs(signs).sum()))


def _is_sorted(x: Sample) -> bool:
    """Whether labels come in a block per class, or a column ascends or descends."""
    if x.is_labels:
        return bool((x.values[1:] != x.values[:-1]).sum() < len(np.unique(x.values)))
    for columns in pieces(x.width, len(x)):
        before, after = x.values[:-1, columns], x.values[1:, columns]
        ordered = (before <= after).all(axis=0) | (before >= after).all(axis=0)
        if (ordered & ~_check.dead_columns(x)[columns]).any():
            return True
    return False


def _autocorrelations(x: Sample) -> np.ndarray:
    """At lags 1, 2, 4, ..., of all columns: 1 - squared distance at the lag / that of any two rows."""
    return x.derived("autocorrelations", lambda: _by_distances(x))


def _by_distances(x: Sample) -> np.ndarray:
    rows = np.arange(len(x))
    classes = np.bincount(x.values) / len(x) if x.is_labels else None
    any_two = 2 * variances(x).sum() if classes is None else 1 - np.square(classes).sum()
    lags = 2 ** np.arange(int(np.log2(len(x))))
    return np.array([1 - _apart(x, rows[:-lag], rows[lag:]).mean() / any_two for lag in lags])


def _apart(x: Sample, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Squared distances between rows; 0 and 1 for labels."""
    if x.is_labels:
        return (x.values[rows] != x.values[others]).astype(float)
    out = np.empty(len(rows))
    for some in pieces(len(rows), x.width):
        difference = scaled(x, x.values[rows[some]]) - scaled(x, x.values[others[some]])
        out[some] = np.square(difference, out=difference).sum(axis=1)
    return out
