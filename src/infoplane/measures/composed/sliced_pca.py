"""A measure along the directions of largest variance, where `Sliced` takes random ones."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np

from infoplane.directions import settled
from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._order import content_order
from infoplane.measures._protocols import Dependence
from infoplane.measures._scores import check_side, projected
from infoplane.sample import Sample
from infoplane.settings import check_measure, integer

RANK = 1e-12  # of the largest variance; below, a component is rounding


@dataclass(frozen=True)
class SlicedPCA:
    r"""A measure of the leading principal components of each continuous side.

    .. math:: I(P_x X;\, P_y Y)

    with :math:`P_x, P_y` the projections on the `dim` directions of largest variance, unscaled. Labels are
    taken as they are, and so is a side no wider than `dim`.

    Parameters
    ----------
    measure : measure
        A measure of two variables, such as ``KSG(k=5)``.
    dim : int
        Number of components.

    Returns
    -------
    Estimate
        The measure's. The note has the share of the variance that the components hold, and constant columns.

    Raises
    ------
    ValueError
        If both variables are labels, a side has more than 16,384 columns and samples, or what the measure
        refuses.
    DegenerateData
        If a side has fewer than `dim` uncorrelated directions; or what the measure raises.

    Notes
    -----
    One fixed slice per side: no Monte-Carlo error, and where the measure is right at most the information
    of the whole. It depends on the scales of the columns (`prepare.standardise`), and misses what
    varies little, whatever it tells.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import KSG, SlicedPCA
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(1000, 5)) * [3, 1, 1, 1, 1]
    >>> y = x[:, 0] + rng.normal(size=1000)  # truth: ½ ln 10 = 1.151 nats
    >>> estimate = SlicedPCA(KSG(k=5), dim=1)(x, y)
    >>> bool(abs(estimate.value - 1.151) < 0.1)
    True
    >>> estimate.note
    '1 of 5 principal components of x holds 70 % of the variance'
    """

    numbers: ClassVar[int] = 3
    measure: Dependence
    dim: int = 1

    def __post_init__(self) -> None:
        check_measure(self.measure, "SlicedPCA(measure=)", variables=2)
        integer(self.dim, "dim", 1)

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = _check.pair(x, y)
        _check.not_both_labels(x, y, "SlicedPCA")
        nothing = _check.no_information(x, y)
        if nothing is not None:
            return nothing
        notes = [_notes.about(x, y)]
        sides = []
        for side in (_check.alive(x), _check.alive(y)):
            if not side.is_labels and side.width > self.dim:
                parts, share = side.derived(("leading", self.dim), partial(_leading, side, self.dim))
                hold = "holds" if self.dim == 1 else "hold"
                whole = f"{side.width} principal components of {side.name}"
                notes.append(f"{self.dim} of {whole} {hold} {100 * share:.3g} % of the variance")
                side = parts
            sides.append(side)
        estimate = self.measure(*sides)
        notes = [note for note in notes if note not in estimate.note]  # of sides that were taken as they are
        return replace(estimate, note=_notes.join_notes([estimate.note, *notes]))


def _leading(x: Sample, dim: int) -> tuple[Sample, float]:
    """The `dim` leading components of x, and their share of the variance."""
    order = content_order(x)  # axes that round alike in every order leave tied projections tied
    exponent = int(np.frexp(np.abs(x.values).max().astype(np.float64))[1])
    values = np.ldexp(x.values[order].astype(np.float64), -exponent)  # squares of any values stay in range
    values -= values.mean(axis=0)
    check_side(values, x.name)
    if x.width <= len(x):
        variances, axes = np.linalg.eigh(values.T @ values)
        variances, axes = variances[::-1], axes[:, ::-1]
    else:
        _, lengths, rows = np.linalg.svd(values, full_matrices=False)
        variances, axes = lengths**2, rows.T
    rank = int((variances > RANK * variances[0]).sum())
    if rank < dim:
        raise DegenerateData(
            f"{x.name!r} of {len(x)} samples and {x.width} columns has {rank} uncorrelated directions, fewer "
            f"than dim={dim}; use SlicedPCA(..., dim={rank}) or less"
        )
    parts = projected(Sample.of(values, x.name), (axes @ settled(axes, variances, dim)).T)
    share = variances[:dim].sum() / variances.clip(0).sum()
    scores = np.ldexp(parts.values[np.argsort(order)], exponent)
    return x.parts([scores])[0], float(share)
