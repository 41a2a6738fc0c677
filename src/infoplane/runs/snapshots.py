"""One file per snapshot: the layers of a network on the probe, at one step."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from infoplane.settings import integer
from infoplane.storage.arrays import digest, some
from infoplane.storage.files import read_header, write_tensors

LAST_STEP = 2**31 - 1  # netCDF 3 has no longer integers


@dataclass(frozen=True, repr=False)
class Snapshot:
    """What is in a snapshot, without its arrays.

    Parameters
    ----------
    step : int
    layers : dict of str to tuple of str
        Per split, the layers in the order in which they fired.
    widths : dict of str to int
        Columns of ``"split/layer"``.
    digests : dict of str to str
        Digest of the array of ``"split/layer"``.
    output : str or None
        The layer that is the network's output, if one is.
    aligned : dict of str to bool
        Per split, whether its rows are known to be the probe's, in the probe's order.

    Raises
    ------
    ValueError
        From `require`, for a split or a layer that is not in it.

    Examples
    --------
    >>> import numpy as np
    >>> from infoplane import Probe, Run
    >>> run = Run("runs/snapshot").create({})
    >>> run.set_probe(Probe(np.eye(4)))
    >>> run.record(0, {"hidden": np.ones((4, 2))}, rows=range(4))
    >>> run.snapshot(0).widths
    {'probe/hidden': 2}
    """

    step: int
    layers: dict[str, tuple[str, ...]]
    widths: dict[str, int]
    digests: dict[str, str]
    output: str | None
    aligned: dict[str, bool]

    def require(self, split: str, layer: str) -> str:
        """The key ``"split/layer"``; ValueError listing the choices when it isn't there."""
        if split not in self.layers:
            raise ValueError(f"step {self.step} has no split {split!r}; it has {some(self.layers, 20)}")
        if layer not in self.layers[split]:
            raise ValueError(
                f"step {self.step} has no layer {layer!r}; it has {some(self.layers[split], 20)}"
            )
        return f"{split}/{layer}"

    def __repr__(self) -> str:
        output = f"; output {self.output}" if self.output is not None else ""
        return f"Snapshot(step {self.step}; {'; '.join(self._lines())}{output})"

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in self._lines())
        output = f", output {html.escape(self.output)}" if self.output is not None else ""
        return f"<b>Snapshot</b> step {self.step}{output}<ul>{lines}</ul>"

    def _lines(self) -> list[str]:
        lines = []
        for split, names in self.layers.items():
            widths = some((f"{name} {self.widths[self.require(split, name)]}" for name in names), 12)
            lines.append(f"{split}: {widths}" + ("" if self.aligned[split] else " (alignment unverified)"))
        return lines


Arrays = Mapping[str, Mapping[str, np.ndarray]]  # split -> layer -> (n, width)


def check_step(step: int) -> None:
    """Refuse what is no step; numpy's integers are."""
    integer(step, "step (a fraction is logged as epoch=)", 0)
    if step > LAST_STEP:
        raise ValueError(
            f"step must be at most {LAST_STEP}, the largest that a netCDF file of results can hold; got "
            f"{step}. Count in larger steps"
        )


def file(folder: Path, step: int) -> Path:
    return folder / f"{step:06d}.safetensors"


def steps(folder: Path) -> tuple[int, ...]:
    """The steps in `folder`, ascending; whatever else lies there is passed over."""
    if not folder.is_dir():
        return ()
    names = (re.fullmatch(r"(\d{6,})\.safetensors", path.name, re.ASCII) for path in folder.iterdir())
    return tuple(sorted(int(name[1]) for name in names if name))


def write(folder: Path, step: int, arrays: Arrays, output: str | None, aligned: Mapping[str, bool]) -> None:
    """Store rows of numbers as a snapshot, whole; one that is there is replaced."""
    tensors = {f"{split}/{name}": rows for split, layers in arrays.items() for name, rows in layers.items()}
    header: dict[str, Any] = {
        "format": 1,
        "step": step,
        "layers": {split: list(layers) for split, layers in arrays.items()},
        "digests": {key: digest(rows) for key, rows in tensors.items()},
        "output": output,
        "aligned": dict(aligned),
    }
    write_tensors(file(folder, step), tensors, header)


def read(folder: Path, step: int) -> Snapshot:
    """The header of a snapshot; ValueError listing the steps there are when it isn't there."""
    integer(step, "step", 0)
    path = file(folder, step)
    if not path.exists():
        raise ValueError(
            f"{folder.parent} has no snapshot of step {step}; it has {some(steps(folder), 20) or 'none'}"
        )
    header, shapes = read_header(path)
    return Snapshot(
        step=header["step"],
        layers={split: tuple(names) for split, names in header["layers"].items()},
        widths={key: shape[1] for key, shape in shapes.items()},
        digests=header["digests"],
        output=header["output"],
        aligned=header["aligned"],
    )
