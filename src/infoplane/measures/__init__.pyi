from .criterion import Criterion
from .from_entropy import FromEntropy
from .kozachenko_leonenko import KozachenkoLeonenko
from .ksg import KSG
from .mixed import MixedKSG
from .plugin import Plugin
from .sliced import Sliced

__all__ = ["KSG", "Criterion", "FromEntropy", "KozachenkoLeonenko", "MixedKSG", "Plugin", "Sliced"]
