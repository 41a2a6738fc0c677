"""Steps that change a variable before it is measured, visibly: in the measure, its row and its axis."""

from infoplane.measures.composed.prepare import (
    PCA,
    Copula,
    Jitter,
    Standardise,
    copula,
    jitter,
    pca,
    standardise,
)
from infoplane.measures.composed.prepared import Prepared

__all__ = ["PCA", "Copula", "Jitter", "Prepared", "Standardise", "copula", "jitter", "pca", "standardise"]
