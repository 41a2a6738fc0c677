"""Entropy of the spectrum of a diffusion or adjacency matrix."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np

from infoplane.estimate import DegenerateData, Estimate
from infoplane.kernels import Gaussian, NeighbourGraph
from infoplane.kernels.matrix import square
from infoplane.measures import _check, _notes
from infoplane.measures._order import content_order, in_order, places
from infoplane.measures._protocols import Kernel
from infoplane.measures.kernel._grams import loud_note
from infoplane.measures.kernel._kept import Spectrum, SpectrumCodec, check_belongs, key
from infoplane.measures.kernel._quadrature import Quadrature, quadrature
from infoplane.measures.kernel._scaled import Scaled, adjacency, diffusion
from infoplane.measures.kernel._spectra import Eigenvalues, eigenvalues, entries_entropy
from infoplane.sample import Sample
from infoplane.settings import able, integer, number, one_of

Made = TypeVar("Made")

GAUSSIAN = Gaussian()
FEW = 500  # rows whose eigenvalues cost no more than their probes
UNSYMMETRIC = 8  # times the room and the time of a symmetric matrix
IDENTITY = 1e-6  # by how much the trace over n may fall short of 1 in what is called the identity


@dataclass(frozen=True)
class DiffusionEntropy:
    r"""Entropy of the eigenvalues of a random walk between the samples, in nats.

    With G the kernel's matrix, D its row sums, :math:`K = D^{-α} G D^{-α}` and deg the row sums of K, the
    eigenvalues λ of :math:`\mathrm{deg}^{-1/2} K\, \mathrm{deg}^{-1/2}` are those of the walk [1]_, and

    .. math:: S = -\sum_i p_i \ln p_i, \qquad p_i = |λ_i|^t \Big/ \sum_j |λ_j|^t .

    Parameters
    ----------
    kernel : kernel
        A kernel of `infoplane.kernels`: a setting whose ``gram(sample)`` gives the matrix. The default's
        bandwidth follows the data, so that the entropy sees no scale; with a number it does.
    alpha : float
        0 to 1, how far the density of the samples is divided out: 0 leaves it in, 1 leaves the geometry [2]_.
    t : float
        Steps of the walk, above 0; at least 1 for a stochastic spectrum. More: small eigenvalues count less.
    over : {"eigenvalues", "entries"}
        Entries: p are those of K, each row over its sum, over n. Needs t = 1.
    matrix : {"diffusion", "adjacency"}
        Adjacency: λ are the eigenvalues of K itself.
    spectrum : {"exact", "stochastic"}
        All n eigenvalues in time n³, of up to 16,384 samples; or of ``matrix="diffusion"`` the traces by
        random probes in time n², of up to 23,170. Up to 500 they would cost the same, and are exact.
    probes, steps : int
        Random vectors of the stochastic spectrum, and Lanczos steps from each. At least 4.
    seed : int
        Seed of the probes, which do not depend on the order of the rows.

    Returns
    -------
    Estimate
        0 if all samples are equal to the kernel, to ln n if none has another within its reach, which the note
        then says; it names few columns in so large a unit that distances hardly see the others.
        ``errors["probes"]`` of a stochastic spectrum is the jackknife's over probes, with what the number of
        steps and float32 may add.

    Raises
    ------
    ValueError
        For settings out of range, labels unless the kernel is one of labels, and more samples than the
        spectrum is done of.
    DegenerateData
        For non-finite values, a bandwidth of 0, and kernels whose rows do not sum to more than 0.

    Notes
    -----
    No entropy of the variable in Shannon's sense: it counts, softly, the groups of samples that the kernel
    tells apart, at most n. The bandwidth decides which those are, and with it whether the entropy rises or
    falls: beside the median distance, far clusters are points that one step joins; ``Median(0.25)`` or a
    number tells them apart. Show more than one.
    The spectrum is kept with the sample, and in its run, so that another t costs nothing; `spectra.spectrum`
    gives it, and the measure takes it back as ``measure(x, spectrum=...)``.
    In the stochastic spectrum the eigenpair (1, √deg) is known and left out. The control variates are the
    traces of the first two powers, which are sums of entries.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import DiffusionEntropy, kernels
    >>> three_blobs = np.repeat([[0.0], [10.0], [20.0]], 20, axis=0)
    >>> entropy = DiffusionEntropy(kernels.Gaussian(bandwidth=1.0))(three_blobs)
    >>> bool(np.isclose(entropy.value, np.log(3)))
    True

    References
    ----------
    .. [1] Liao et al. (2023), Assessing neural network representations during training using noise-resilient
       diffusion spectral entropy, arXiv:2312.04823
    .. [2] Coifman, Lafon (2006), doi:10.1016/j.acha.2006.04.006
    """

    numbers: ClassVar[int] = 3
    kernel: Kernel | NeighbourGraph = GAUSSIAN
    alpha: float | int = 0
    t: float | int = 1
    over: Literal["eigenvalues", "entries"] = "eigenvalues"
    matrix: Literal["diffusion", "adjacency"] = "diffusion"
    spectrum: Literal["exact", "stochastic"] = "exact"
    probes: int = 16
    steps: int = 32
    seed: int = 0

    def __post_init__(self) -> None:
        able(self.kernel, "gram", "DiffusionEntropy(kernel=)", _check.KERNEL)
        number(self.t, "t", above=0)
        number(self.alpha, "alpha", at_least=0, at_most=1)
        for name, choices in ALLOWED.items():
            one_of(getattr(self, name), name, choices)
        for name, low in (("probes", 4), ("steps", 4), ("seed", 0)):
            integer(getattr(self, name), f"{name} of DiffusionEntropy", low)
        self._check_together()

    def _check_together(self) -> None:
        if self.over == "entries" and (self.t != 1 or self.matrix != "diffusion"):
            raise ValueError(
                "over='entries' is of one step of the walk: it takes t=1 and matrix='diffusion'; got "
                f"t={self.t!r} and matrix={self.matrix!r}"
            )
        if self.spectrum == "stochastic" and self.t < 1:
            raise ValueError(
                f"t={self.t!r} is ruled by small eigenvalues, which float32 does not know; use t >= 1 or "
                "spectrum='exact'"
            )
        if self.spectrum == "stochastic" and self.matrix == "adjacency":
            raise ValueError(
                "a stochastic spectrum needs an eigenvalue that is known beforehand, as that of "
                "matrix='diffusion'; use spectrum='exact' for the adjacency matrix"
            )
        plain = self.matrix == "adjacency" and self.alpha == 0 and self.spectrum == "exact"
        if not getattr(self.kernel, "symmetric", True) and not plain:
            raise ValueError(
                f"{self.kernel!r} is not symmetric, which only matrix='adjacency', alpha=0, spectrum='exact' "
                "allow; use symmetric=True"
            )

    def __call__(self, x: Any, spectrum: Spectrum | None = None) -> Estimate:
        x = _check.one(x)
        if self.over == "entries":
            if spectrum is not None:
                raise ValueError("over='entries' has no spectrum: leave spectrum= out, or over='eigenvalues'")
            make = lambda: self._of_gram(x, self._gram(x))  # noqa: E731
            estimate = x.derived((self, "entropy"), make)
        else:
            if spectrum is None:
                spectrum = self.spectrum_of(x)
            else:
                check_belongs(spectrum, Spectrum, x, self.basis)
            estimate = self._entropy(spectrum.found, len(x), x.name)
        about = [_notes.by_type(x), loud_note(x, self.kernel)]
        return replace(estimate, note=_notes.join_notes([estimate.note, *about]))

    @property
    def basis(self) -> str:
        """The settings that the spectrum depends on."""
        random = f", probes={self.probes}, steps={self.steps}, seed={self.seed}"
        return (
            f"spectrum(kernel={self.kernel!r}, alpha={float(self.alpha)!r}, matrix={self.matrix!r}, "
            f"spectrum={self.spectrum!r}{random if self.spectrum == 'stochastic' else ''})"
        )

    def spectrum_of(self, x: Any) -> Spectrum:
        """The spectrum that the entropy of `x` is made of, for every t."""
        x = _check.one(x)
        make = lambda: Spectrum(self._found(x, self._gram(x)), self.basis, x.digest)  # noqa: E731
        return x.derived(key(self.basis), make, keep=SpectrumCodec(self.numbers))

    def _gram(self, x: Sample) -> Any:
        """The kernel's matrix of the rows in the order of their values."""
        return self.kernel.gram(in_order(x))

    def of_rows(self, x: Sample) -> Callable[[np.ndarray], Estimate]:
        """The entropy of some rows, by the kernel with the bandwidth of them all."""
        ordered, gram, place = in_order(x), self._gram(x), np.argsort(content_order(x))

        def entropy(rows: np.ndarray) -> Estimate:
            at = np.sort(place[rows])
            return self._of_gram(ordered.take(at), gram.take(at))

        return entropy

    def _of_gram(self, x: Sample, gram: Any) -> Estimate:
        if self.over == "entries":
            return _named(x, lambda: entries_entropy(gram, float(self.alpha)))
        return self._entropy(self._found(x, gram), len(x), x.name)

    def _found(self, x: Sample, gram: Any) -> Eigenvalues | Quadrature:
        if self.spectrum == "exact" or len(x) <= FEW:
            other = "take spectrum='stochastic'" if self.matrix == "diffusion" else "take fewer rows"
            whole = 1 if getattr(self.kernel, "symmetric", True) else UNSYMMETRIC
            square(len(x), f"the exact spectrum of {x.name!r}", other, whole)
            return _named(x, lambda: eigenvalues(self._scaled(gram)))
        square(len(x), f"the stochastic spectrum of {x.name!r}", "take fewer rows", 0.5, cubed=False)
        rng = np.random.default_rng([self.seed, _which(x)])
        return _named(x, lambda: quadrature(gram, float(self.alpha), self.probes, self.steps, rng))

    def _scaled(self, gram: Any) -> Scaled:
        return (diffusion if self.matrix == "diffusion" else adjacency)(gram, float(self.alpha))

    def _entropy(self, found: Eigenvalues | Quadrature, n: int, name: str) -> Estimate:
        estimate = found.entropy(float(self.t))
        if n == 1 or self.matrix == "adjacency" or found.trace < (1 - IDENTITY) * n:
            return estimate
        note = (
            f"no row of {name} has another within the kernel's reach: the kernel is the identity, and the "
            f"entropy ln {n} whatever the rows are; use a larger bandwidth"
        )
        return Estimate(estimate.value, errors=estimate.errors, note=note)


def _named(x: Sample, make: Callable[[], Made]) -> Made:
    """What `make` returns, or its refusal with the name of the variable."""
    try:
        return make()
    except DegenerateData as error:
        raise DegenerateData(f"{x.name!r}: {error}") from error


def _which(x: Sample) -> int:
    """A number for the rows that were taken, so that the probes of two subsets are independent.

    Not for the name: one on a shelf knows its data and settings alone.
    """
    source, rows = x.source or (x, np.arange(len(x)))
    return zlib.crc32(np.sort(places(source)[rows]).astype("<i8").tobytes())


ALLOWED = {
    "over": ("eigenvalues", "entries"),
    "matrix": ("diffusion", "adjacency"),
    "spectrum": ("exact", "stochastic"),
}
