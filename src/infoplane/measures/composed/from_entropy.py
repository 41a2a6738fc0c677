"""Mutual information as a difference of entropies."""

from dataclasses import dataclass, replace
from math import log
from typing import Any, ClassVar

import numpy as np

from infoplane.estimate import DegenerateData, Estimate
from infoplane.measures import _check, _notes
from infoplane.measures._combine import weighted_sum
from infoplane.measures._protocols import Entropy
from infoplane.sample import Sample
from infoplane.settings import check_measure

NEAR = 2.0  # nats below the highest
BELOW = 0.5  # nats below zero, by which not even values of twenty samples scatter


@dataclass(frozen=True)
class FromEntropy:
    r"""Mutual information from an entropy, in the entropy's unit (nats).

    .. math:: I(X;Y) = H(X) + H(Y) - H(X,Y) \qquad I(T;Y) = H(T) - \sum_y p(y)\, H(T|y)

    the second where one variable holds labels.

    Parameters
    ----------
    entropy : measure
        An entropy such as ``KozachenkoLeonenko(k=3)``.

    Returns
    -------
    Estimate
        May be negative. The note names constant columns, which are dropped, and has those of the entropies.

    Raises
    ------
    ValueError
        If both variables are labels (`Plugin`), or rows differ in number.
    DegenerateData
        What the entropy raises; with labels also a class too small for it.

    Notes
    -----
    The biases of the entropies do not cancel as they do in `KSG`, least of all in many dimensions. The note
    says where the value is below zero by more than chance, or near the highest that n samples can have.

    Examples
    --------
    >>> from infoplane import FromEntropy, KozachenkoLeonenko, known
    >>> x, y = known.Normal(rho=0.5).draw(2000, seed=0)  # truth: 0.1438 nats
    >>> bool(abs(FromEntropy(KozachenkoLeonenko(k=5))(x, y).value - 0.1438) < 0.08)
    True
    """

    numbers: ClassVar[int] = 1
    entropy: Entropy

    def __post_init__(self) -> None:
        check_measure(self.entropy, "FromEntropy(entropy=)", variables=1)

    def __call__(self, x: Any, y: Any) -> Estimate:
        x, y = _check.pair(x, y)
        _check.not_both_labels(x, y, "FromEntropy")
        nothing = _check.no_information(x, y)
        if nothing is not None:
            return nothing
        note = _notes.about(x, y)
        x, y = _check.alive(x), _check.alive(y)
        if x.is_labels or y.is_labels:
            parts = self._given_labels(*((y, x) if x.is_labels else (x, y)))
        else:
            both = np.concatenate([np.float64(x.values), np.float64(y.values)], axis=1)
            joint = Sample.of(both, f"{x.name}|{y.name}", home=x.home or y.home)
            parts = [(1.0, self._of(x)), (1.0, self._of(y)), (-1.0, self.entropy(joint))]
        estimate = weighted_sum(parts, _notes.join_notes([note, *dict.fromkeys(p.note for _, p in parts)]))
        return replace(estimate, note=_notes.join_notes([estimate.note, self._doubt(estimate.value, x, y)]))

    def _doubt(self, value: float, x: Sample, y: Sample) -> str:
        """A clause about a value that no information has, or that infinite information may have."""
        if value < -BELOW:
            return (
                "information is never negative: the entropies are off by different amounts, as where values "
                "lie on a lattice or columns are many: use KSG"
            )
        highest = log(len(x) / getattr(self.entropy, "k", 1))  # of neighbours, those of all in one's ball
        if x.is_labels or y.is_labels or not value > highest - NEAR > 0:
            return ""
        return (
            f"{len(x)} samples cannot tell information near ln(n/k) = {highest:.4g} and above from less or "
            f"from infinite: {x.name} and {y.name} may be functions of each other"
        )

    def _of(self, x: Sample) -> Estimate:
        return x.derived(self.entropy, lambda: self.entropy(x))

    def _given_labels(self, t: Sample, y: Sample) -> list[tuple[float, Estimate]]:
        parts = [(1.0, self._of(t))]
        _check.some_class_repeats(y, "an entropy")
        for rows, label in zip(_check.class_rows(y), y.classes or (), strict=True):
            try:
                parts.append((-len(rows) / len(y), self.entropy(t.take(rows))))
            except ValueError as error:
                raise DegenerateData(
                    f"class {label!r} of {y.name!r} ({len(rows)} samples): {error}"
                ) from error
        return parts
