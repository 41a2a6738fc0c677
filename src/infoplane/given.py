"""What a user gives as a variable, as an array of one or two dimensions; what is missing in it is refused."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from numbers import Real
from typing import Any

import numpy as np
from array_api_compat import array_namespace

EXACT = (Fraction, Decimal)
NUMBERS = (Real, np.bool_, *EXACT)
ALONE = 0.9  # share of rows with a string of their own, beyond which strings hardly name classes
COUNTED = 2**24  # whole numbers below it are counts, whatever type could hold them
A_FEW = 64  # values that tell most variables from those of a narrower type
NARROW = ("torch.bfloat16", "torch.float8")  # numpy has no counterpart
INSTEAD = {
    "O": "these integers need more than 64 bits; as quantities: np.array({0}, float)",
    "c": "give its parts as columns: np.column_stack([{0}.real, {0}.imag])",
    "M": "give what passed since some day as numbers: ({0} - {0}.min()) / np.timedelta64(1, 's')",
    "m": "give it as numbers: {0} / np.timedelta64(1, 's')",
    "V": "give its fields as columns: np.lib.recfunctions.structured_to_unstructured({0})",
}


def home_of(values: Any) -> Any:
    """Namespace and device of a tensor; None for what is, or becomes, numpy."""
    return (array_namespace(values), values.device) if hasattr(values, "detach") else None


def as_given(values: Any, name: str) -> np.ndarray:
    """A fresh array of one or two dimensions."""
    array = plain(values, name)
    if array.ndim not in (1, 2):
        raise ValueError(
            f"{name!r} must have shape (n,) or (n, d); got {array.shape}. Flatten what belongs to one "
            "sample: x.reshape(len(x), -1)"
        )
    if array.size == 0:
        raise ValueError(f"{name!r} is empty: shape {array.shape}")
    return array.copy(order="C")  # sums round by how rows lie in memory


def precision(values: np.ndarray) -> np.dtype:
    """The narrowest of the types float16, float32, float64 whose digits hold all the values.

    What comes as float64 may have been rounded to float32 before, and equal values are to count alike.
    Exponents are no matter, and counts are float64: nothing rounds them.
    """
    wide = np.float64(values).ravel()
    if _are_counts(wide[:A_FEW]) and _are_counts(wide):
        return wide.dtype
    kinds = map(np.dtype, (np.float16, np.float32))
    return next((kind for kind in kinds if _hold(wide[:A_FEW], kind) and _hold(wide, kind)), wide.dtype)


def _are_counts(values: np.ndarray) -> bool:
    return bool(((values == np.rint(values)) & (np.abs(values) < COUNTED)).all())


def _hold(values: np.ndarray, kind: np.dtype) -> bool:
    """Whether a type's digits hold all values."""
    digits = np.frexp(values)[0]
    return bool((digits.astype(kind) == digits).all())


def plain(values: Any, name: str) -> np.ndarray:
    """Numbers, booleans or strings of any shape, as such an array, perhaps the given one itself.

    Takes pandas, torch and nested lists. Objects that are numbers become numbers, fractions and decimals
    floats. NaN among floats stays, as measures know it; all else that stands for a missing value is refused.
    """
    if hasattr(values, "detach"):
        values = _of_tensor(values, name)
    elif hasattr(values, "toarray"):
        raise ValueError(f"{name!r} is sparse ({type(values).__name__}); give {name}.toarray()")
    elif isinstance(values, Mapping):
        raise ValueError(f"{name!r} is a {type(values).__name__} of arrays; give one of them")
    elif isinstance(values, list | tuple) and any(map(_has_own_way, _kinds(values))):
        _refuse_missing([_any_missing(part) for part in values], name)
        values = [plain(part, name) for part in values]
    _refuse_missing(_missing(values), name)
    _refuse_columns(values, name)
    array = _as_array(values, name)
    if array.dtype.kind not in "fiubUS":
        instead = INSTEAD.get(array.dtype.kind, "").format(name)
        raise ValueError(
            f"{name!r} must hold numbers, booleans or strings; got dtype {array.dtype}"
            + (f": {instead}" if instead else "")
        )
    return array


def doubt_of(array: np.ndarray, classes: tuple | None) -> str:
    """What speaks against the choice that the type made; "{0}" stands for the variable's name.

    Plausible labels are up to ten classes of which some has two rows, or up to 100 of ten rows on average.
    """
    if classes is None:
        return _doubt_of_quantities(array)
    if array.dtype.kind in "US":
        unsaid = [word for word in ("nan", "None", "<NA>", "NaT") if word in classes]
        if unsaid:
            return f"{{0}} has a class {unsaid[0]!r}: leave out rows whose value is missing"
        alone = len(classes) > ALONE * len(array)
        return f"nearly each of the {len(array)} rows of {{0}} has a string of its own" if alone else ""
    if array.dtype.kind == "b" or _plausible(len(classes), len(array)):
        return ""
    return (
        f"the {len(classes)} distinct integers of {{0}} are taken for labels: continuous({{0}}) if they are "
        "quantities"
    )


def _doubt_of_quantities(array: np.ndarray) -> str:
    """A clause about floats that are class ids, or one-hot rows."""
    few = array[:A_FEW].reshape(len(array[:A_FEW]), -1)
    if not (few == np.rint(few)).all():
        return ""
    if array.size > len(array):
        if not (is_one_hot(few) and _plausible(array.shape[1], len(array)) and is_one_hot(array)):
            return ""
        return "the one-hot rows of {0} are taken for quantities: labels({0}) if they are classes"
    values = np.unique(array)
    whole = len(values) > 1 and bool((values == np.rint(values)).all())
    close = whole and values[-1] - values[0] < 2 * len(values)  # as class ids are
    if not close or not _plausible(len(values), len(array)):
        return ""
    return (
        f"the {len(values)} distinct whole numbers of {{0}} are taken for quantities: labels({{0}}) if they "
        "are classes"
    )


def _plausible(classes: int, rows: int) -> bool:
    return (classes < rows and classes <= 10) or classes <= min(100, rows / 10)


def is_one_hot(array: np.ndarray) -> bool:
    """Whether each row holds a single 1 among zeros."""
    hot = array == 1
    return bool(((array == 0) | hot).all() and (hot.sum(axis=1) == 1).all())


def as_rows(array: np.ndarray, name: str) -> np.ndarray:
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        raise ValueError(f"{name!r} is {array.dtype}; measures compute in float64: x.astype(float)")
    return array.reshape(len(array), -1)


def encoded(array: np.ndarray) -> tuple[np.ndarray, tuple]:
    classes, codes = np.unique(array.ravel(), return_inverse=True)
    return codes.astype(np.intp), tuple(classes.tolist())


def _of_tensor(values: Any, name: str) -> np.ndarray:
    """A tensor of torch as an array; ValueError for one that isn't a plain one with all its values."""
    kind = type(values).__name__
    if hasattr(values, "get_mask"):
        _refuse_missing(~values.get_mask().cpu().numpy(), name)
        values = values.get_data()
    if values.is_nested:
        raise ValueError(f"{name!r} is a nested tensor, of rows of different lengths; pad or cut them")
    if values.is_quantized:
        raise ValueError(f"{name!r} is a quantized tensor; give {name}.dequantize()")
    if str(values.layout) != "torch.strided":
        raise ValueError(f"{name!r} is sparse ({kind}, {values.layout}); give {name}.to_dense()")
    if values.is_meta:
        raise ValueError(f"{name!r} is a tensor without data, on the device 'meta'")
    values = values.detach().cpu()
    return (values.float() if str(values.dtype).startswith(NARROW) else values).resolve_neg().numpy()


def _as_array(values: Any, name: str) -> np.ndarray:
    """As numpy has it, objects told apart by what they are."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        raise ValueError(f"{name!r} has rows of different lengths; pad or cut them") from error
    if array.dtype.kind == "T" or (array.dtype.kind in "US" and isinstance(values, list | tuple)):
        array = np.asarray(values, dtype=object)  # numpy writes 1 and NaN among strings as "1" and "nan"
    return _of_objects(array, name) if array.dtype.kind == "O" else array


def _of_objects(array: np.ndarray, name: str) -> np.ndarray:
    """Objects that are all numbers, or all strings, as an array of these."""
    kinds = set(map(type, array.flat))
    if all(issubclass(kind, NUMBERS) for kind in kinds):
        if any(issubclass(kind, EXACT) for kind in kinds):
            return array.astype(np.float64)
        return np.array(array.ravel().tolist()).reshape(array.shape)
    for text in (str, bytes):
        if all(issubclass(kind, text) for kind in kinds):
            return array.astype(text)
    _refuse_missing(np.array([_is_missing(value) for value in array.flat]).reshape(array.shape), name)
    several = any(hasattr(kind, "__len__") and not issubclass(kind, str | bytes) for kind in kinds)
    raise ValueError(
        f"{name!r} must hold numbers alone, or booleans or strings; got objects: "
        + ", ".join(sorted(kind.__name__ for kind in kinds))
        + (" (rows of different lengths?)" if several and array.ndim else "")
    )


def _refuse_columns(values: Any, name: str) -> None:
    """ValueError for a table of several columns of which some are no numbers."""
    if not hasattr(values, "columns") or not hasattr(values, "dtypes") or len(values.columns) < 2:
        return
    kinds = zip(values.columns, values.dtypes, strict=True)
    strange = [f"{column!r} ({kind})" for column, kind in kinds if getattr(kind, "kind", "O") not in "fiub"]
    if strange:
        raise ValueError(
            f"columns of {name!r} that hold no numbers: {', '.join(strange)}; give the others, and a column "
            "of labels as a variable of its own"
        )


def _missing(values: Any) -> Any:
    """What is masked, or missing by pandas' word, of an array or table that can say it."""
    if isinstance(values, np.ma.MaskedArray):
        return False if values.dtype.names else np.ma.getmaskarray(values)
    return values.isna() if hasattr(values, "isna") else False


def _is_missing(value: Any) -> bool:
    """Whether one object stands for a value that isn't there: None, masked, NaN, NaT or pandas' NA."""
    if value is None or value is np.ma.masked:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def _any_missing(part: Any) -> bool:
    if isinstance(part, list | tuple):
        return any(map(_any_missing, part))
    return bool(np.any(np.asarray(_missing(part))))


def _refuse_missing(missing: Any, name: str) -> None:
    missing = np.asarray(missing)
    if not missing.any():
        return
    rows = missing.reshape(len(missing) if missing.ndim else 1, -1).any(axis=1)
    raise ValueError(
        f"{name!r} has missing values (masked, None, NaN or NA) in {rows.sum()} of {len(rows)} rows (first: "
        f"row {np.argmax(rows)}); leave these rows out of all variables"
    )


def _kinds(values: Any) -> set[type]:
    """The types of what lists in lists hold in the end."""
    kinds: set[type] = set()
    while values:
        own = set(map(type, values))
        kinds |= own
        lists = [part for part in values if isinstance(part, list | tuple)] if own & {list, tuple} else []
        values = list(chain.from_iterable(lists))
    return kinds


def _has_own_way(kind: type) -> bool:
    """Whether numpy would lose what such an object in a list holds, or stumble over it."""
    return issubclass(kind, np.ma.MaskedArray) or hasattr(kind, "detach") or hasattr(kind, "isna")
