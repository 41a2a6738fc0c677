"""Gram matrices of two variables: which kernel, what is kept, and the sums that HSIC and CKA are made of."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device
from tqdm import tqdm

from infoplane.kernels import NeighbourGraph
from infoplane.kernels.forms import Delta, Gaussian, Linear, products
from infoplane.kernels.matrix import Gram, upper
from infoplane.measures import _check, _notes
from infoplane.measures._scales import loud_columns
from infoplane.sample import Sample

KEEP_BYTES = 2**28  # Gram matrices up to this size, of 5792 rows, are kept with their sample
ALONE = 1e-3  # similarity of a row to all others together, below which the kernel tells every row apart
MANY = 64  # blocks, of 5,632 rows: fewer take no time that a bar could show
FEW = 32  # rows whose entries show what is typical
ALIKE = 1e-12  # by how much less than 1 similarities must be on average, of which the last digits are noise
GROUP = 4096  # columns of permuted one-hot labels that are multiplied at once


@dataclass(frozen=True, eq=False)
class Side:
    """The kernel's matrix of a variable is `gram` times a power of two."""

    kernel: Any
    gram: Gram
    exponent: int
    note: str


def check_kernel(kernel: Any, name: str) -> None:
    if kernel is not None:
        default = "None for Gaussian() of numbers and Delta() of labels"
        _check.kernel(kernel, name, f"{_check.KERNEL}, or {default}")


def together(x: Sample, y: Sample) -> tuple[Sample, Sample]:
    """Both in one namespace and on one device; labels follow numbers."""
    home = x.home or y.home
    if x.home is not None and y.home is not None and x.home != y.home:
        if x.is_labels == y.is_labels:
            raise ValueError(
                f"both variables must be on one device: {x.name!r} is on {x.home[1]}, {y.name!r} on "
                f"{y.home[1]}. Move one of them: x.to(y.device)"
            )
        home = (y if x.is_labels else x).home
    return x.at(home), y.at(home)


def sides(x: Sample, y: Sample, kernel_x: Any, kernel_y: Any) -> tuple[Side, Side]:
    return side(x, kernel_x, "kernel_x"), side(y, kernel_y, "kernel_y")


def side(x: Sample, kernel: Any, name: str) -> Side:
    """The Gram matrix of a variable, kept with it if it is small; of a permuted one that of its source."""
    if kernel is None:
        kernel = Delta() if x.is_labels else Gaussian()
    if x.is_labels and isinstance(kernel, Gaussian | Linear):
        raise ValueError(
            f"{kernel!r} is of continuous variables; {x.name!r} holds labels. Use {name}=kernels.Delta(), or "
            f"continuous({x.name}) if its values are quantities"
        )
    if x.source is not None:
        source, rows = x.source
        if np.array_equal(np.sort(rows), np.arange(len(source))):
            whole = side(source, kernel, name)
            return replace(whole, gram=whole.gram.take(rows))
    return x.derived(("gram", kernel), lambda: _side(x, kernel))


def _side(x: Sample, kernel: Any) -> Side:
    gram, exponent = products(x) if isinstance(kernel, Linear) else (kernel.gram(x), 0)
    ruled = not isinstance(getattr(kernel, "bandwidth", 1.0), float | int)
    told = ruled and isinstance(gram.bandwidth, float)
    note = f"bandwidth {gram.bandwidth:.4g} of {x.name}" if told else ""
    keep = fits(gram) and not isinstance(kernel, Delta)  # labels are compared as fast as they are read
    note = _notes.join_notes([note, _notes.by_type(x), _notes.alone(x), loud_note(x, kernel)])
    return Side(kernel, gram.kept() if keep else gram, exponent, note)


def loud_note(x: Sample, kernel: Any) -> str:
    """A clause about columns that decide all distances, for kernels of distances; others mean them to."""
    by_distance = hasattr(kernel, "bandwidth") or isinstance(kernel, NeighbourGraph)
    return loud_columns(x) if by_distance else ""


def fits(gram: Gram) -> bool:
    return 8 * len(gram) ** 2 <= KEEP_BYTES


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over two Gram matrices less a constant each, which centring takes away again.

    Diagonals are left out, which may be so much larger than what stands beside them that they alone would
    count.
    """

    n: int
    products: tuple[Any, ...]  # of K with L; then of K with K and L with L, where they were asked for
    rows: tuple[Any, Any]  # (n,) sums of rows
    diagonals: tuple[Any, Any]  # (n,)
    shifts: tuple[float, float]

    def trace(self, i: int = 0, j: int = 1) -> float:
        """tr(KHLH); 0 and 1 stand for K and L."""
        xp = array_namespace(self.rows[i])
        a, b = (self.rows[k] + self.diagonals[k] for k in (i, j))
        all_a, all_b = xp.sum(a), xp.sum(b)
        inside = self.beside(i, j) + xp.sum(self.diagonals[i] * self.diagonals[j])
        return float(inside - 2 * xp.sum(a * b) / self.n + all_a * all_b / self.n**2)

    def unbiased(self, i: int = 0, j: int = 1) -> float:
        """Song et al.'s estimate without the diagonals, times n (n - 3)."""
        n, xp = self.n, array_namespace(self.rows[i])
        a, b = self.rows[i], self.rows[j]
        between = xp.sum(a) * xp.sum(b) / ((n - 1) * (n - 2)) - 2 * xp.sum(a * b) / (n - 2)
        return float(self.beside(i, j) + between)

    def beside(self, i: int, j: int) -> Any:
        """The sum of the products of entries beside the diagonals."""
        return self.products[0 if i != j else 1 + i]

    def permuted(self, product: Any, order: Any) -> "Sums":
        """The sums with L's rows in another order, where K's products with it are these."""
        rows = (self.rows[0], self.rows[1][order])
        diagonals = (self.diagonals[0], self.diagonals[1][order])
        return Sums(self.n, (product, *self.products[1:]), rows, diagonals, self.shifts)

    def alone(self, i: int) -> bool:
        """Whether the rows of K or L are similar to none but themselves."""
        return self.shifts[i] + self._mean(i) < ALONE / (self.n - 1)

    def alike(self, i: int) -> bool:
        """Whether K or L, of entries up to 1, are so near to 1 that little but rounding tells them apart."""
        return 1 - self.shifts[i] - self._mean(i) < ALIKE

    def _mean(self, i: int) -> float:
        """What stands beside the diagonal on average, less the shift."""
        return float(array_namespace(self.rows[i]).sum(self.rows[i])) / (self.n * (self.n - 1))


def sums(one: Gram, other: Gram, squares: bool = False) -> Sums:
    """All in one pass over the blocks on and above the diagonals; `squares` for products with itself."""
    n, first = len(one), one.points[0]
    xp = array_namespace(first)
    shifts = (_typical(one), _typical(other))
    products = [xp.zeros((), dtype=xp.float64, device=device(first)) for _ in range(3 if squares else 1)]
    rows = [xp.zeros(n, dtype=xp.float64, device=device(first)) for _ in range(2)]
    diagonals = [xp.zeros(n, dtype=xp.float64, device=device(first)) for _ in range(2)]
    for at, to in _blocks(n, "comparing rows"):
        a, b = one.block(at, to) - shifts[0], other.block(at, to) - shifts[1]
        if at is to:
            for place, block in enumerate((a, b)):
                diagonals[place][at] = _cleared(block)
        weight = 1 if at is to else 2
        for place, (left, right) in enumerate(((a, b), (a, a), (b, b))[: len(products)]):
            products[place] += weight * xp.sum(xp.vecdot(left, right))
        for place, block in enumerate((a, b)):
            rows[place][at] += xp.sum(block, axis=1)
            if at is not to:
                rows[place][to] += xp.sum(block, axis=0)
    return Sums(n, tuple(products), tuple(rows), tuple(diagonals), shifts)


def _blocks(n: int, doing: str) -> Any:
    """The blocks on and above the diagonal, under a bar if they take long."""
    blocks = list(upper(n))
    if len(blocks) < MANY:
        return blocks
    return tqdm(blocks, desc=doing, unit="block", delay=2, leave=False)


def _cleared(block: Any) -> Any:
    """The diagonal of a square block, which is 0 afterwards."""
    xp = array_namespace(block)
    diagonal = xp.linalg.diagonal(block) + 0.0
    at = xp.arange(len(block), device=device(block))
    block[at, at] = 0.0
    return diagonal


def _typical(gram: Gram) -> float:
    """An entry to subtract from all, so that a matrix of nearly equal ones loses no digits.

    The middle one of a few, which no row far from all others moves.
    """
    some = slice(0, len(gram), max(1, len(gram) // FEW))
    block = gram.block(some, some)
    xp = array_namespace(block)
    entries = xp.sort(xp.reshape(block, (-1,)))
    return float(entries[len(entries) // 2])


def permuted(before: Sums, one: Side, other: Side, orders: np.ndarray) -> list[Sums]:
    """The sums with the rows of the other side in each of the orders (times, n)."""
    first = one.gram.points[0]
    at = array_namespace(first).asarray(orders, device=device(first))
    make = _permuted_labels if isinstance(other.kernel, Delta) else _permuted_products
    found = make(one.gram, other.gram, before.shifts, at)
    return [before.permuted(found[place], at[place]) for place in range(len(orders))]


def _permuted_products(one: Gram, other: Gram, shifts: tuple[float, float], orders: Any) -> Any:
    """Sums of the products beside the diagonals, less `shifts`, the other's rows in each order: (times,)."""
    xp = array_namespace(orders)
    out = xp.zeros(len(orders), dtype=xp.float64, device=device(orders))
    for at, to in _blocks(len(one), "permuting"):
        a = _weighted(one, shifts[0], at, to)
        for place in range(len(orders)):
            b = other.block(orders[place, at], orders[place, to]) - shifts[1]
            out[place] += xp.sum(a * b)
    return out


def _weighted(gram: Gram, shift: float, at: slice, to: slice) -> Any:
    """A block as often as the matrix has it, without the diagonal, which every order leaves in place."""
    if at is not to:
        return (gram.block(at, to) - shift) * 2
    block = gram.block(at, to) - shift
    _cleared(block)
    return block


def _permuted_labels(one: Gram, other: Gram, shifts: tuple[float, float], orders: Any) -> Any:
    """The same for labels: one pass over the blocks of the first matrix is enough for all orders."""
    (codes,) = other.points
    codes = codes if other.order is None else codes[other.order]
    xp = array_namespace(codes)
    out = xp.zeros(len(orders), dtype=xp.float64, device=device(codes))
    names = xp.unique_values(codes)
    group = max(1, GROUP // len(names))
    for at, to in _blocks(len(one), "permuting"):
        a = _weighted(one, shifts[0], at, to)
        less = xp.sum(a) * shifts[1]
        for start in range(0, len(orders), group):
            some = slice(start, start + group)
            left, right = (_one_hot(codes[orders[some, part]], names) for part in (at, to))
            of_classes = xp.sum((a @ right) * left, axis=0)
            out[some] += xp.sum(xp.reshape(of_classes, (-1, len(names))), axis=1) - less
    return out


def _one_hot(codes: Any, names: Any) -> Any:
    """(times, n) codes as (n, times * classes) of 0 and 1."""
    xp = array_namespace(codes)
    hot = xp.astype(codes.T[:, :, None] == names, xp.float64)
    return xp.reshape(hot, (hot.shape[0], -1))


def recomputed_note(one: Side, other: Side) -> str:
    """A clause where permutations had to compute a matrix again and again."""
    if fits(one.gram) or isinstance(other.kernel, Delta):
        return ""
    return (
        f"two Gram matrices of {len(one.gram)} rows are beyond the {KEEP_BYTES >> 20} MiB kept of each, so "
        "that one was computed anew for each permutation"
    )


def note(sums: Sums, one: Side, other: Side) -> str:
    """Bandwidths by a rule, and kernels that see each row alone, or all as one."""
    blind = []
    for i, side in enumerate((one, other)):
        if hasattr(side.kernel, "bandwidth") and sums.alone(i):
            blind.append(f"by {side.kernel!r} hardly a row is similar to another: the bandwidth is too small")
        if sees_none(sums, side, i):
            blind.append(
                f"by {side.kernel!r} all rows are alike but for rounding: the bandwidth is too large"
            )
    return _notes.join_notes([one.note, other.note, *dict.fromkeys(blind)])


def sees_none(sums: Sums, side: Side, i: int) -> bool:
    """Whether the bandwidth of a side is so large that only rounding tells its rows apart."""
    return hasattr(side.kernel, "bandwidth") and sums.alike(i)


def constant_note(so: str, *samples: Sample) -> str:
    """The sentence about a constant among the variables, or nothing."""
    for x in samples:
        if _check.is_constant(x):
            return f"{x.name} is {_check.how_constant(x)}, so {so}"
    return ""
