"""One layer on the plane of two quantities: its points, their mean, and how well its change is known."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from infoplane.results.differences import changes, mean_over_runs, part


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One layer of one split: both quantities on (run, step), without what lacks the other."""

    layer: str
    x: xr.Dataset
    y: xr.Dataset

    @property
    def runs(self) -> np.ndarray:
        """(run, step, 2) points."""
        return np.stack([self.x["value"].values, self.y["value"].values], axis=-1)

    @cached_property
    def mean(self) -> np.ndarray:
        """(step, 2) points."""
        points = np.stack([mean_over_runs(one)["value"].values for one in (self.x, self.y)], axis=-1)
        return np.where(np.isfinite(points).all(axis=1, keepdims=True), points, np.nan)

    @cached_property
    def span(self) -> tuple[int, int]:
        """Places of the first and the last step of the mean; equal ones where nothing changes."""
        there = np.flatnonzero(np.isfinite(self.mean[:, 0]))
        return (int(there[0]), int(there[-1])) if len(there) else (0, 0)

    @cached_property
    def cross(self) -> tuple[float, float]:
        """Standard errors of the change from the first to the last step of the mean."""
        first, last = self.span
        if first == last:
            return np.nan, np.nan
        return float(changes(self.x)[1][last]), float(changes(self.y)[1][last])


def trajectory(ds: xr.Dataset, x: str, y: str, split: str, layer: str) -> Trajectory:
    of_x, of_y = (part(ds, name, split, layer) for name in (x, y))
    both = [run for run in of_x["run"].values if run in of_y["run"].values]
    of_x, of_y = of_x.sel(run=both), of_y.sel(run=both)
    there = of_x["value"].notnull() & of_y["value"].notnull()
    some = there.any("step").values
    of_x, of_y = (one.assign(value=one["value"].where(there)).isel(run=some) for one in (of_x, of_y))
    return Trajectory(layer, of_x, of_y)
