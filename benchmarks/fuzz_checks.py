"""One measure on one input: whether it keeps its promises, and what kind of answer it gave."""

import re
import warnings
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import thread_time
from typing import Any, Literal

import numpy as np
from fuzz_composed import NAMES as COMPOSED
from fuzz_composed import composed
from fuzz_inputs import NAMES, SEED, Inputs, inputs
from fuzz_measures import SUBJECTS
from fuzz_oracles import dead
from fuzz_promises import Subject

from infoplane import Estimate

EVERY = (*SUBJECTS, *COMPOSED)
SECONDS = 10.0
FEW = "samples are needed|label of .* occurs once|tell dependent from independent"
RANGE = 1e300  # beyond it differences of values may leave float64
Outcome = Literal["by definition", "plausible", "refused", "FOUND"]

# (part of a measure's name, pattern of what was found) -> what is wrong and will be mended
EXPECTED: dict[tuple[str, str], str] = {}


@dataclass(frozen=True)
class Verdict:
    """`said` has the value, the refusal, or what is wrong."""

    case: int
    subject: str
    outcome: Outcome
    said: str
    expected: str = ""


class Broken(Exception):  # noqa: N818  (it names the promise, not the act)
    """A promise that wasn't kept."""


def judge(i: int, name: str) -> Verdict:
    """The verdict on case i for one measure."""
    given, subject = inputs(i), SUBJECTS[name] if name in SUBJECTS else composed(i, name)
    try:
        with np.errstate(all="ignore"):
            outcome, said = kept(given, name, subject)
    except Broken as broken:
        said = str(broken) if name in SUBJECTS else f"{broken} by {subject.measure!r}"
        known = (kind for (who, what), kind in EXPECTED.items() if who in name and re.search(what, said))
        return Verdict(i, name, "FOUND", said, next(known, ""))
    return Verdict(i, name, outcome, said)


def judge_all(i: int) -> list[Verdict]:
    return [judge(i, name) for name in EVERY]


def kept(given: Inputs, name: str, subject: Subject) -> tuple[Outcome, str]:
    """How the measure answers, and what; Broken if a promise isn't kept."""
    rng = np.random.default_rng([SEED, given.number, zlib.crc32(name.encode())])
    first = _plainly(given, subject)
    if isinstance(first, Estimate):
        _bounds(first, given, subject)
    change = str(rng.choice(_changes(subject)))
    said = CHANGES[change](rng, given, subject)
    _same(first, said, change, subject)
    if isinstance(first, str):
        _refusal(first, given, subject)
        return "refused", first
    defined = _defined(given, subject)
    if defined is None:
        return "plausible", repr(first)
    if not abs(first.value - defined) <= subject.close * max(1.0, abs(defined)):
        raise Broken(f"by definition {defined!r}, measured {first.value!r} ({first.note or 'no note'})")
    return "by definition", repr(first)


def answer(
    measure: Any, make: Callable[[], list[Any]], names: Iterable[str] = NAMES.values()
) -> Estimate | str:
    """The estimate, or what a refusal says; Broken by anything else."""
    start = thread_time()
    try:
        with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
            warnings.simplefilter("error")
            estimate = measure(*make())
    except ValueError as refusal:
        said = str(refusal)
        if not re.search(rf"\b({'|'.join(names)})\b", said):
            raise Broken(f"{type(refusal).__name__} that names no variable: {said}") from refusal
        return said
    except Exception as error:
        raise Broken(f"{type(error).__name__}: {error}") from error
    if (took := thread_time() - start) > SECONDS:
        raise Broken(f"took {took:.0f} s")
    if not (type(estimate.value) is float and np.isfinite(estimate.value)):
        raise Broken(f"the value is {estimate.value!r}")
    if not all(np.isfinite(error) and error >= 0 for error in estimate.errors.values()):
        raise Broken(f"the errors are {estimate.errors}")
    if re.search(r"\b(nan|inf)\b", estimate.note):
        raise Broken(f"the note is {estimate.note!r}")
    return estimate


def _refusal(said: str, given: Inputs, subject: Subject) -> None:
    """Of what is finite only what has too few samples for the measure, or no value by definition."""
    broken = any(given.broken(one) for one in subject.of)
    wide = any(float(np.abs(given.arrays[one]).max()) > RANGE for one in subject.of if one in "xt")
    if broken or wide or re.search(FEW, said):
        return
    if subject.takes and given.n >= subject.takes:
        raise Broken(f"refused what it takes: {said}")
    defined = _defined(given, subject)
    if defined is not None:
        raise Broken(f"by definition {defined!r}, refused: {said}")


def _bounds(estimate: Estimate, given: Inputs, subject: Subject) -> None:
    for one in subject.of:
        if given.broken(one):
            raise Broken(f"took {NAMES[one]}, which is not finite or masked: {estimate}")
    arrays = _float64(given, subject)
    low, high = subject.low(*arrays), subject.high(*arrays)
    if estimate.value < low - (subject.close if low else 0):
        raise Broken(f"{estimate.value!r} is below {low!r}")
    if estimate.value > high + subject.close * max(1.0, abs(high)):
        raise Broken(f"{estimate.value!r} is above {high!r}")


def _float64(given: Inputs, subject: Subject) -> list[np.ndarray]:
    return [np.array(given.plain(one).values, np.float64 if one in "xt" else int) for one in subject.of]


def _defined(given: Inputs, subject: Subject) -> float | None:
    if not given.small:
        return None
    try:
        return subject.defined(*_float64(given, subject))
    except Exception as error:
        raise Broken(f"the definition itself fails: {error!r}") from error


def _same(first: Estimate | str, again: Estimate | str | None, change: str, subject: Subject) -> None:
    if again is None:
        return
    if isinstance(first, str) != isinstance(again, str):
        raise Broken(f"{change}: {again!r} after {first!r}")
    if isinstance(first, Estimate) and isinstance(again, Estimate):
        close = 1e-12 if change == "again" else max(1e-9, subject.close)
        if not abs(first.value - again.value) <= close * max(1.0, abs(first.value)):
            raise Broken(f"{change}: {again.value!r} after {first.value!r} ({first.note or 'no note'})")


def _plainly(given: Inputs, subject: Subject) -> Estimate | str:
    return answer(subject.measure, lambda: [given.plain(one) for one in subject.of])


Change = Callable[[np.random.Generator, Inputs, Subject], Estimate | str | None]


def again(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str:
    """The same once more, with the same samples; what was given stays as it was."""
    if any(one in given.masked for one in subject.of):
        return _plainly(given, subject)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    samples = [given.plain(one) for one in subject.of]
    before = [sample.values.tobytes() for sample in samples]
    answer(subject.measure, lambda: samples)
    found = answer(subject.measure, lambda: samples)
    if before != [sample.values.tobytes() for sample in samples]:
        raise Broken("again: a sample has changed")
    if (state != np.random.get_state()[1]).any():  # noqa: NPY002
        raise Broken("again: the global random state has changed")
    return found


def dressed(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str:
    """In another layout or type that holds the same values."""
    if any(one in given.masked for one in subject.of):
        return _plainly(given, subject)
    pairs = [given.dressed(one) for one in subject.of]
    before = [repr(original) for original, _ in pairs]
    found = answer(subject.measure, lambda: [sample for _, sample in pairs])
    if before != [repr(original) for original, _ in pairs]:
        raise Broken("dressed: what was given has changed")
    return found


def bare(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str | None:
    """As arrays without names, which directions and noise belong to."""
    arrays = [given.arrays[one].astype(float) if one in "xt" else given.arrays[one] for one in subject.of]
    found = answer(subject.measure, lambda: arrays, "xty")
    masked = any(one in given.masked for one in subject.of)
    return None if masked or re.search(r"Sliced\(|Jitter", repr(subject.measure)) else found


def itself(rng: np.random.Generator, given: Inputs, subject: Subject) -> None:
    """Twice the very same sample, which is no reason for another error."""
    if subject.of == "xt" and not given.masked:
        sample = given.plain("x")
        answer(subject.measure, lambda: [sample, sample])


def shuffled(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str:
    order = rng.permutation(given.n)
    if given.masked:
        return _plainly(given, subject)
    return _plainly(given.with_arrays(**{one: array[order] for one, array in given.arrays.items()}), subject)


def swapped(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str:
    first, second, *rest = subject.of
    return answer(subject.measure, lambda: [given.plain(one) for one in (second, first, *rest)])


def mirrored(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str:
    return _plainly(given.with_arrays(x=-given.arrays["x"].astype(float)), subject)


def columns(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str:
    array = given.arrays["x"]
    return _plainly(given.with_arrays(x=array[:, rng.permutation(array.shape[1])]), subject)


def doubled(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str:
    """All numbers times a power of two, where that rounds nothing and leaves whole ones whole."""
    power = int(rng.choice([-40, -3, 3, 40, 900]))
    arrays = {}
    for one in "xt":
        array = given.arrays[one].astype(np.float64)
        with np.errstate(over="ignore", under="ignore"):
            arrays[one] = np.ldexp(array, power)
            exact = np.array_equal(np.ldexp(arrays[one], -power), array, equal_nan=True)
            exact &= np.array_equal(*(_counts(values) for values in (array, arrays[one])))
        if not exact or np.abs(arrays[one]).max() > RANGE:
            return _plainly(given, subject)
    return _plainly(given.with_arrays(**arrays), subject)


def _counts(values: np.ndarray) -> np.ndarray:
    """Which columns are of whole numbers that nothing has rounded."""
    return ((values == np.rint(values)) & (np.abs(values) < 2**24)).all(axis=0)


def stretched(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str:
    """Each column to its squared ranks, which no measure of ranks can tell from it."""
    rounded = (dead(one) and min(one) < max(one) for one in given.arrays["x"].T.astype(float).tolist())
    if given.broken("x") or any(rounded):
        return _plainly(given, subject)
    places = [np.unique(column, return_inverse=True)[1].ravel() for column in given.arrays["x"].T]
    return _plainly(given.with_arrays(x=np.float64(places).T ** 2), subject)


def renamed(rng: np.random.Generator, given: Inputs, subject: Subject) -> Estimate | str:
    """The classes under other names, in another order."""
    arrays = {}
    for one in "yz":
        codes = np.unique(given.arrays[one], return_inverse=True)[1].ravel()
        arrays[one] = rng.permutation(codes.max() + 1)[codes] * 3 - 1
    return _plainly(given.with_arrays(**arrays), subject)


CHANGES: dict[str, Change] = {
    "again": again,
    "dressed": dressed,
    "bare": bare,
    "itself": itself,
    "shuffled": shuffled,
    "swapped": swapped,
    "mirrored": mirrored,
    "columns": columns,
    "doubled": doubled,
    "stretched": stretched,
    "renamed": renamed,
}


def _changes(subject: Subject) -> list[str]:
    """Those that leave the value of the measure."""
    out = ["again", "dressed", "bare", "itself", *subject.unmoved]
    if "Extrapolated(" not in repr(subject.measure):  # whose cuts tell rows of equal numbers by their labels
        out.append("renamed")
    if not subject.ordered:
        out.append("shuffled")
    if subject.symmetric and len(subject.of) > 1:
        out.append("swapped")
    return out
