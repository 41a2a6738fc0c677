from .binned import Binned
from .canonical_pairs import CanonicalPairs
from .cka import CKA
from .criterion import Criterion
from .diffusion_entropy import DiffusionEntropy
from .diffusion_information import DiffusionInformation
from .extrapolated import Extrapolated
from .from_entropy import FromEntropy
from .gaussian_copula import GaussianCopula
from .hsic import HSIC
from .kde_bounds import KDEBounds
from .kozachenko_leonenko import KozachenkoLeonenko
from .ksg import KSG
from .matrix_renyi import MatrixRenyi
from .mixed import MixedKSG
from .permuted import Permuted
from .plugin import Plugin
from .sliced import Sliced
from .sliced_pca import SlicedPCA
from .weighted_kozachenko_leonenko import WeightedKozachenkoLeonenko
from .within_class import WithinClass

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
