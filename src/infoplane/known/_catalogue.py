"""The distributions that measures are compared on."""

from infoplane.known.atoms import AtomsAndNormal, Staircase, ZeroInflatedPoisson
from infoplane.known.censored import CensoredNormal
from infoplane.known.composed import Copies, Transformed
from infoplane.known.distribution import Distribution
from infoplane.known.images import Blob
from infoplane.known.labelled import LabelledNormal
from infoplane.known.maps import Asinh, Bimodal, HalfCube, NormalCdf, Tanh, Wiggly
from infoplane.known.multinormal import DenseNormal, SparseNormal
from infoplane.known.noisy_labels import NoisyLabels
from infoplane.known.normal import Normal
from infoplane.known.student import Student
from infoplane.known.uniform import UniformChannel
from infoplane.known.windings import Spiral, SwissRoll


def catalogue() -> dict[str, Distribution]:
    """A representative of every kind by name; widths are in the names where they exceed one.

    Most are tasks of [1]_ in our own words (other parameters, so that the truths differ), the atoms are those
    of [2]_. X is numbers throughout; Y is labels where the name says so.

    Returns
    -------
    dict of str to Distribution
        A new one for every caller, easy ones first.

    Examples
    --------
    >>> for name in ("normal", "copies 10+10"):
    ...     print(name, catalogue()[name].mutual_information())
    normal Estimate(0.4133 nats)
    copies 10+10 Estimate(0.4133 nats)

    References
    ----------
    .. [1] Czyż et al. (2023), doi:10.48550/arXiv.2306.11078
    .. [2] Gao et al. (2017), doi:10.48550/arXiv.1709.06212
    """
    return {**_single_columns(), **_vectors(), **_atoms_and_labels()}


def _single_columns() -> dict[str, Distribution]:
    normal = Normal(rho=0.75)
    return {
        "normal": normal,
        "additive noise": UniformChannel(width=0.2),
        "bimodal": Transformed(normal, x=Bimodal(), y=Bimodal()),
        "wiggly": Transformed(normal, x=Wiggly(), y=Wiggly(waves=((0.6, 0.9, 2.0), (0.1, 4.0, 0.0)))),
        "half-cube": Transformed(normal, x=HalfCube(), y=HalfCube()),
        "saturated": Transformed(normal, x=Tanh(gain=1.5), y=Tanh(gain=1.5)),
        "student": Student(Normal(rho=0), dof=1),
        "swiss roll 2+1": Transformed(normal, x=(NormalCdf(), SwissRoll()), y=NormalCdf()),
    }


def _vectors() -> dict[str, Distribution]:
    sparse = SparseNormal(rho=0.8, dims=5)
    place = (NormalCdf(), Blob(size=8))
    return {
        "independent 2+2": Normal(rho=0, dims=2),
        "normal 2+2": Normal(information=1, dims=2),
        "normal 10+10": Normal(information=2, dims=10),
        "dense 5+5": DenseNormal(rho=0.5, dims=5),
        "sparse 5+5": sparse,
        "spiral 5+5": Transformed(sparse, x=Spiral(plane=(0, 1)), y=Spiral(plane=(1, 2))),
        "asinh student 5+5": Transformed(Student(sparse, dof=2), x=Asinh(), y=Asinh()),
        "sparse 25+25": SparseNormal(rho=0.8, dims=25),
        "dense 50+50": DenseNormal(rho=0.5, dims=50),
        "copies 10+10": Copies(Normal(rho=0.75), x=10, y=10),
        "blobs 64+64": Transformed(Normal(information=1, dims=2), x=place, y=place),
    }


def _atoms_and_labels() -> dict[str, Distribution]:
    corners = tuple(tuple(2.5 * (i == j) for j in range(5)) for i in range(5))
    return {
        "rectified": CensoredNormal(rho=0.9),
        "atoms and normal": AtomsAndNormal(),
        "staircase": Staircase(steps=5),
        "zero-inflated counts": ZeroInflatedPoisson(zeros=0.15),
        "labelled normal 5+labels": LabelledNormal(means=corners),
        "noisy labels 2+labels": NoisyLabels(classes=10, flip=0.2, width=2),
    }
