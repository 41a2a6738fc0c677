from .canonical_pairs import CanonicalPairs
from .criterion import Criterion
from .extrapolated import Extrapolated
from .from_entropy import FromEntropy
from .gaussian_copula import GaussianCopula
from .kozachenko_leonenko import KozachenkoLeonenko
from .ksg import KSG
from .mixed import MixedKSG
from .plugin import Plugin
from .sliced import Sliced
from .sliced_pca import SlicedPCA
from .weighted_kozachenko_leonenko import WeightedKozachenkoLeonenko
from .within_class import WithinClass

__all__ = [
    "KSG",
    "CanonicalPairs",
    "Criterion",
    "Extrapolated",
    "FromEntropy",
    "GaussianCopula",
    "KozachenkoLeonenko",
    "MixedKSG",
    "Plugin",
    "Sliced",
    "SlicedPCA",
    "WeightedKozachenkoLeonenko",
    "WithinClass",
]
