"""What a class label, or a cluster of another variable, tells of where a sample lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any, ClassVar

import numpy as np

from infoplane.estimate import Estimate
from infoplane.kinds import labels
from infoplane.measures import _check, _notes
from infoplane.measures._check import class_rows
from infoplane.measures._combine import shared_note, weighted_sum
from infoplane.measures._order import content_order
from infoplane.measures._protocols import Entropy
from infoplane.measures._scales import loud_columns
from infoplane.measures._series import series_note
from infoplane.measures.kernel._clusters import clusters_of, settings
from infoplane.measures.kernel._grams import loud_note
from infoplane.measures.kernel._kept import Clusters, check_belongs
from infoplane.measures.kernel.diffusion_entropy import DiffusionEntropy
from infoplane.sample import Sample
from infoplane.settings import check_measure, integer, switch

ENTROPY = DiffusionEntropy()


@dataclass(frozen=True)
class DiffusionInformation:
    r"""By how much classes are less spread out than as many samples at random: an entropy's fall, in nats.

    .. math:: I = \sum_c p_c \left[\frac{1}{R} \sum_{r=1}^R S(X_{π_r(c)}) - S(X_c)\right]

    :math:`X_c` are the rows of class c, and :math:`X_{π_r(c)}` as many after the labels were shuffled:
    the entropy grows with the number of samples, and is compared at equal numbers.

    Parameters
    ----------
    entropy : measure
        A measure of one variable: `DiffusionEntropy`, for which all sets of rows have the bandwidth of all
        samples, or another, which is called on each set of rows: ``Binned(bins.FixedWidth(0.5))`` counts the
        same cells in all of them, ``Binned(bins.Adaptive(30))`` and ``Binned(spectra.MinMax(2))`` cells of
        each set's own.
    matched : bool
        Compare at equal numbers. If not, S(X) of all samples stands before the classes' mean, as in the
        definition of [1]_, and independent labels have a positive value.
    repetitions : int
        Shuffles R, at least 2. Without effect if not `matched`.
    classes : int
        How many clusters a continuous y is cut into, at least 2: bins of equal width if it is a single
        column, else by spectral clustering on the graph of 10 nearest neighbours.
    seed : int
        Seed of the shuffles, which do not depend on the order of the rows.

    Returns
    -------
    Estimate
        ``errors["subsets"]`` is the standard error over shuffles; a stochastic spectrum adds ``"probes"``.
        About 0 for independent variables, of either sign; the note names classes of a single sample, which
        tell nothing, and columns in so large a unit that distances hardly see the others.

    Raises
    ------
    ValueError
        If both variables are labels, rows differ in number, or there are fewer samples than clusters.
    DegenerateData
        If every label occurs once, and what the entropy raises.

    Notes
    -----
    Labels on either side are the classes; of two continuous variables it is y. It is not symmetric, at most
    about the entropy of the classes, and I(X;X) is not S(X).
    The clusters of y are kept with it, and in its run; `spectra.clusters` gives them, and the measure takes
    them back as ``measure(x, y, clusters=...)``.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import DiffusionInformation, kernels
    >>> y = np.repeat([0, 1], 50)
    >>> x = np.random.default_rng(0).normal(size=(100, 2)) + 9 * y[:, None]
    >>> round(DiffusionInformation()(x, y).value, 1)
    0.6

    References
    ----------
    .. [1] Liao et al. (2023), Assessing neural network representations during training using noise-resilient
       diffusion spectral entropy, arXiv:2312.04823
    """

    numbers: ClassVar[int] = 3
    entropy: Entropy = ENTROPY
    matched: bool = True
    repetitions: int = 5
    classes: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        check_measure(self.entropy, "DiffusionInformation(entropy=)", variables=1)
        switch(self.matched, "matched")
        for name, low in (("repetitions", 2), ("classes", 2), ("seed", 0)):
            integer(getattr(self, name), f"{name} of DiffusionInformation", low)

    def __call__(self, x: Any, y: Any, clusters: Clusters | None = None) -> Estimate:
        x, y = _check.pair(x, y)
        _check.not_both_labels(x, y, "DiffusionInformation")
        if x.is_labels:
            x, y = y, x
        nothing = _check.no_information(x, y)
        if nothing is not None:
            return nothing
        loud = loud_note(x, getattr(self.entropy, "kernel", None))
        told = [_notes.by_type(x, y), series_note(x, y), loud, loud_columns(y)]
        y = self._labels(y, clusters)
        rows = class_rows(y)
        entropy_of = _of_rows(self.entropy, x)
        before = self._shuffled(x, rows, entropy_of) if self.matched else self.entropy(x)
        within = _over_classes(rows, entropy_of)
        single = sum(len(own) == 1 for own in rows)
        alone = f"{single} of {len(rows)} classes have a single sample, which tells nothing" if single else ""
        return weighted_sum([(1.0, before), (-1.0, within)], _notes.join_notes([within.note, alone, *told]))

    def clusters_of(self, y: Any) -> Clusters:
        """The clusters of a continuous `y` that stand for its classes."""
        return clusters_of(_check.one(y, "y"), self.classes, self.numbers)

    def _labels(self, y: Sample, clusters: Clusters | None) -> Sample:
        if y.is_labels:
            if clusters is not None:
                raise ValueError(
                    f"{y.name!r} holds labels, so there is nothing to cluster: leave clusters= out"
                )
            _check.some_class_repeats(y, "two samples to compare")
            return y
        if clusters is None:
            clusters = self.clusters_of(y)
        else:
            check_belongs(clusters, Clusters, y, settings(self.classes))
        return labels(clusters.codes, y.name)

    def _shuffled(
        self, x: Sample, rows: Sequence[np.ndarray], entropy_of: Callable[[np.ndarray], Estimate]
    ) -> Estimate:
        """The mean over shuffles of the mean over classes."""
        order = content_order(x)
        # by size, so that the classes' names do not matter
        sizes = np.sort([len(own) for own in rows])[::-1]
        means = []
        for repetition in range(self.repetitions):
            shuffled = order[np.random.default_rng([self.seed, repetition]).permutation(len(x))]
            means.append(_over_classes(np.split(shuffled, np.cumsum(sizes)[:-1]), entropy_of))
        mean = weighted_sum([(1 / len(means), one) for one in means])
        spread = float(np.std([one.value for one in means], ddof=1))
        return replace(mean, errors={**mean.errors, "subsets": spread / sqrt(len(means))})


def _of_rows(entropy: Entropy, x: Sample) -> Callable[[np.ndarray], Estimate]:
    if isinstance(entropy, DiffusionEntropy):
        whole = entropy.of_rows(x)
    else:
        whole = lambda rows: entropy(x.take(rows))  # noqa: E731
    return lambda rows: whole(np.sort(rows)) if len(rows) > 1 else Estimate(0.0)


def _over_classes(rows: Sequence[np.ndarray], entropy_of: Callable[[np.ndarray], Estimate]) -> Estimate:
    """The mean, weighted by numbers of rows."""
    n = sum(map(len, rows))
    estimates = [entropy_of(own) for own in rows]
    names = [f"class {place + 1}" for place in range(len(rows))]
    note = shared_note([one.note for one in estimates], names, "classes")
    return weighted_sum([(len(own) / n, one) for own, one in zip(rows, estimates, strict=True)], note)
