"""The files that studies leave beside their runs: the dataset, its table, figures."""

from pathlib import Path
from typing import TYPE_CHECKING

from infoplane.results import save_dataset, save_table

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure


def draw(ds: "xr.Dataset", into: Path) -> "xr.Dataset":
    """Save the dataset, its table, and the figures that its quantities and metrics allow."""
    from infoplane import plots

    save_dataset(ds, into / "dataset.nc")
    save_table(ds, into / "estimates.csv")
    names = [str(name) for name in ds.quantity.values]
    for about_input in (name for name in names if name.endswith("(X;T)")):
        about_target = about_input.replace("(X;T)", "(T;Y)")
        if about_target in names:
            stem = "plane" if len(names) == 2 else f"plane-{about_input.split('(')[0]}"
            plots.save(plots.plane(ds, x=about_input, y=about_target), into / "plots" / f"{stem}.pdf")
    plots.save(plots.trajectories(ds), into / "plots" / "trajectories.pdf")
    if "metric_value" in ds:
        plots.save(plots.curves(ds), into / "plots" / "curves.pdf")
    return ds


def save_for_page(figure: "Figure", path: Path, *endings: str) -> None:
    """Save a figure with each of these endings for print, and as a small .png for a page."""
    from infoplane import plots

    for ending in endings:
        plots.save(figure, path.with_name(f"{path.name}.{ending}"))
    figure.savefig(path.with_name(f"{path.name}.png"), dpi=150)
