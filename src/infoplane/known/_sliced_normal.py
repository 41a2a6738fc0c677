"""Information of slices of the evenly spread normal; `unexplained` is ``1 - ρ²`` throughout."""

import math

import numpy as np
from jaxtyping import Float
from scipy.integrate import quad

from infoplane.estimate import Estimate

CHUNK_NUMBERS = 1 << 22


def one_dimensional(unexplained: float, width: int) -> Estimate:
    """``-½ E[ln(1 - ρ² t²)]``, t the first coordinate of a uniform unit vector in `width` >= 2 dimensions.

    With the narrower side's unit vector φ, a slice's correlation is ρ times the inner product of φ with
    as many coordinates of θ; rotating φ onto the first axis leaves the distribution of θ unchanged.
    """
    if width == 2:
        return Estimate(-math.log1p(-(1 - math.sqrt(unexplained)) / 2))
    # with t = sin b the density is ∝ cos^(width-2) b, and 1 - ρ²t² = cos²b + unexplained sin²b

    def integrand(b: float) -> float:
        cosine, sine = math.cos(b), math.sin(b)
        weight = math.exp((width - 2) * math.log(cosine))
        square = sine * sine
        inside = (1 - unexplained) * square
        log = math.log1p(-inside) if inside < 0.5 else math.log(cosine * cosine + unexplained * square)
        return -0.5 * log * weight

    scale = math.exp(math.lgamma(width / 2) - math.lgamma((width - 1) / 2)) * 2 / math.sqrt(math.pi)
    bulk = min(1.0, 8 / math.sqrt(width))  # beyond it lies almost nothing of a wide variable's mass
    pieces = [
        quad(integrand, low, high, epsabs=1e-13 / scale, epsrel=1e-12, limit=400)
        for low, high in ((0.0, bulk), (bulk, math.pi / 2))
    ]
    value, error = (scale * sum(piece[i] for piece in pieces) for i in (0, 1))
    return Estimate(value, errors={"quadrature": error})


def per_slice(
    unexplained: float, widths: tuple[int, int], dim: int, slices: int, rng: np.random.Generator
) -> Float[np.ndarray, " slices"]:
    """Exact information of random `dim`-dimensional slices, ``2 <= dim < max(widths)``.

    By invariance one side's frame may be fixed to the first axes; the other's, A = (GGᵀ)^(-1/2) G with G
    Gaussian, need not be formed: with G₁ the columns of G that meet the fixed frame, and M = (GGᵀ)^(-1/2) G₁,
    ``det(I - ρ² MMᵀ) = det(GGᵀ - ρ² G₁G₁ᵀ) / det(GGᵀ)``.
    """
    width = max(widths)
    meets = min(dim, min(widths))
    values = np.empty(slices)
    step = max(1, CHUNK_NUMBERS // (dim * width))
    for start in range(0, slices, step):
        g = rng.standard_normal((min(step, slices - start), dim, width))
        met, other = g[:, :, :meets], g[:, :, meets:]
        left = other @ other.transpose(0, 2, 1)
        shared = met @ met.transpose(0, 2, 1)
        logdet = np.linalg.slogdet(left + shared)[1] - np.linalg.slogdet(left + unexplained * shared)[1]
        values[start : start + len(g)] = 0.5 * logdet
    return values
