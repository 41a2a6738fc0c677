"""The calls of the two test scripts of dse-dsmi 1.1 beside ours, on seeded data: dse_dsmi.csv and .md.

    python benchmarks/dse_dsmi_table.py

dse-dsmi must be installed (``pip install dse-dsmi``); it is used nowhere else. Information is the mean over
several of its seeds, since both packages draw subsets at random.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.datasets import make_classification
from tqdm import tqdm

from infoplane import DiffusionEntropy, continuous, spectra

HERE = Path(__file__).parent
N = 1000
SEEDS = range(20)  # of dse-dsmi
REPETITIONS = 20  # of ours
FIELDS = ("call", "options", "dse_dsmi", "infoplane", "error", "note")
FLOAT16 = "it saves eigenvalues as float16"
REBINNED = "cells are made anew in each set of rows"


def random_vectors() -> np.ndarray:
    return np.random.default_rng(0).uniform(size=(N, 256))


def entropies() -> Iterator[dict]:
    """The ten calls of its first script; exact, so without an error."""
    import dse_dsmi

    x = random_vectors()
    diffusion, adjacency = dse_dsmi.diffusion_spectral_entropy, dse_dsmi.adjacency_spectral_entropy
    yield row("DSE", "", diffusion(x), spectra.dse_dsmi()(x))
    for dtype, note in ((np.float16, FLOAT16), (np.float64, "")):
        with tempfile.TemporaryDirectory() as folder:
            theirs = {"eigval_save_path": f"{folder}/theirs.npz", "eigval_save_precision": dtype}
            name = np.dtype(dtype).name
            kept = spectra.spectrum(x, spectra.dse_dsmi())
            spectra.save(kept, Path(folder) / "ours.safetensors")
            yield row(
                "DSE", f"eigenvalues saved, {name}", diffusion(x, **theirs), spectra.dse_dsmi()(x), note
            )
            loaded = spectra.load(Path(folder) / "ours.safetensors")
            ours = spectra.dse_dsmi()(x, spectrum=loaded)
            yield row("DSE", f"eigenvalues loaded, {name}", diffusion(x, **theirs), ours, note)
    yield row("DSE", "classic Shannon", diffusion(x, classic_shannon_entropy=True), of(x, "classic"))
    yield row("DSE", "matrix entries", diffusion(x, matrix_entry_entropy=True), of(x, "entries"))
    yield row("ASE", "kNN, binarised", adjacency(x, use_knn=True), of(x, "knn"))
    yield row("ASE", "Gaussian", adjacency(x), of(x, "gaussian"))
    yield row("ASE", "anisotropic", adjacency(x, anisotropic=True), of(x, "anisotropic"))


def of(x: np.ndarray, form: str):
    return spectra.dse_dsmi(form=form)(x)


def informations() -> Iterator[dict]:
    """The nine calls of its second script; references are labels, scalars and images."""
    import dse_dsmi

    dsmi, asmi = (
        dse_dsmi.diffusion_spectral_mutual_information,
        dse_dsmi.adjacency_spectral_mutual_information,
    )
    x, rng = random_vectors(), np.random.default_rng(1)
    references = {
        "class labels": rng.integers(0, 10, size=(N, 1)),
        "continuous scalars": rng.uniform(size=(N, 1)),
        "images": rng.uniform(size=(N, 3 * 32 * 32)),
    }
    for name, y in references.items():
        yield compared("DSMI", f"random vectors, {name}", dsmi, {}, "diffusion", (x, y))
    data = make_classification(
        N, 10, n_informative=6, n_classes=5, n_clusters_per_class=1, class_sep=3.0, random_state=0
    )
    data = (data[0], data[1][:, None])
    for name, function, options, form, note in (
        ("DSMI", dsmi, {}, "diffusion", ""),
        ("CSMI", dsmi, {"classic_shannon_entropy": True}, "classic", REBINNED),
        ("DSMI", dsmi, {"matrix_entry_entropy": True}, "entries", ""),
        ("ASMI", asmi, {"use_knn": True}, "knn", ""),
        ("ASMI", asmi, {}, "gaussian", ""),
        ("ASMI", asmi, {"anisotropic": True}, "anisotropic", ""),
    ):
        yield compared(name, f"classification, {form}", function, options, form, data) | {"note": note}


def compared(
    call: str, options: str, theirs: Callable, settings: dict, form: str, data: tuple[np.ndarray, np.ndarray]
) -> dict:
    x, y = data
    values = [theirs(x, y, random_seed=seed, **settings)[0] for seed in SEEDS]
    measure = replace(spectra.dse_dsmi("information", form), repetitions=REPETITIONS)
    reference = y[:, 0] if y.dtype.kind == "i" else continuous(y)
    ours = measure(x, reference)
    error = np.hypot(np.std(values, ddof=1) / np.sqrt(len(values)), ours.in_bits().stderr)
    return row(call, options, np.mean(values), ours) | {"error": f"{error:.2g}"}


def row(call: str, options: str, theirs: float, ours, note: str = "") -> dict:
    bits = ours.in_bits().value
    return dict(zip(FIELDS, (call, options, f"{theirs:.9f}", f"{bits:.9f}", "", note), strict=True))


def page(rows: list[dict]) -> str:
    """The table in Markdown: six digits, and how far apart they are, in bits or in standard errors."""
    lines = [
        "# dse-dsmi 1.1 beside `spectra.dse_dsmi`",
        "",
        "The calls of its two test scripts, on data drawn here from fixed seeds; written by",
        "`python benchmarks/dse_dsmi_table.py`. All values are in bits. Entropies have no error. Information",
        "is compared in standard errors of the difference, as both draw subsets at random.",
        "",
        "| | call | options | dse-dsmi | infoplane | apart | |",
        "|---:|---|---|---:|---:|---:|---|",
    ]
    for place, one in enumerate(rows, 1):
        theirs, ours = float(one["dse_dsmi"]), float(one["infoplane"])
        away = abs(theirs - ours)
        apart = f"{away / float(one['error']):.1f} errors" if one["error"] else f"{away:.0e}"
        cells = (place, one["call"], one["options"], f"{theirs:.6f}", f"{ours:.6f}", apart, one["note"])
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    assert spectra.dse_dsmi() == DiffusionEntropy(spectra.dse_dsmi().kernel)
    rows = []
    with tqdm(total=19, desc="comparing", unit="call") as bar:
        for part in (entropies(), informations()):
            for one in part:
                rows.append(one)
                bar.update()
    with open(HERE / "dse_dsmi.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (HERE / "dse_dsmi.md").write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
