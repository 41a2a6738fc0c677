from .composed.criterion import Criterion
from .composed.extrapolated import Extrapolated
from .composed.from_entropy import FromEntropy
from .composed.permuted import Permuted
from .composed.sliced import Sliced
from .composed.sliced_pca import SlicedPCA
from .composed.within_class import WithinClass
from .counting.binned import Binned
from .counting.kde_bounds import KDEBounds
from .counting.plugin import Plugin
from .gaussian.canonical_pairs import CanonicalPairs
from .gaussian.gaussian_copula import GaussianCopula
from .kernel.cka import CKA
from .kernel.diffusion_entropy import DiffusionEntropy
from .kernel.diffusion_information import DiffusionInformation
from .kernel.hsic import HSIC
from .kernel.matrix_renyi import MatrixRenyi
from .neighbours.kozachenko_leonenko import KozachenkoLeonenko
from .neighbours.ksg import KSG
from .neighbours.mixed import MixedKSG
from .neighbours.weighted_kozachenko_leonenko import WeightedKozachenkoLeonenko

__all__ = [
    "CKA",
    "HSIC",
    "KSG",
    "Binned",
    "CanonicalPairs",
    "Criterion",
    "DiffusionEntropy",
    "DiffusionInformation",
    "Extrapolated",
    "FromEntropy",
    "GaussianCopula",
    "KDEBounds",
    "KozachenkoLeonenko",
    "MatrixRenyi",
    "MixedKSG",
    "Permuted",
    "Plugin",
    "Sliced",
    "SlicedPCA",
    "WeightedKozachenkoLeonenko",
    "WithinClass",
]
