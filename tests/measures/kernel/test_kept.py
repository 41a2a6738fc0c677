"""Spectra and clusters as things of their own, and what they are on a shelf."""

import numpy as np
import pytest

from infoplane import DiffusionEntropy, spectra
from infoplane.measures.kernel._kept import ClustersCodec, SpectrumCodec

X = np.random.default_rng(0).normal(size=(30, 3))


def test_a_spectrum_belongs_to_data_and_settings():
    x = np.random.default_rng(0).normal(size=(30, 3))
    kept = spectra.spectrum(x)
    assert DiffusionEntropy()(x.copy(), spectrum=kept).value > 0
    with pytest.raises(ValueError, match="this spectrum belongs to other data than 'x' of 30 rows"):
        DiffusionEntropy()(x + 1e-9, spectrum=kept)
    with pytest.raises(
        ValueError, match=r"was made by spectrum\(kernel=Gaussian\(bandwidth='median'\), alpha=0"
    ):
        DiffusionEntropy(alpha=1)(x, spectrum=kept)
    with pytest.raises(
        ValueError, match=r"takes what infoplane.spectra.spectrum\(\.\.\.\) returns; got ndarray"
    ):
        DiffusionEntropy()(x, spectrum=np.ones(30))


def test_entries_have_no_spectrum():
    with pytest.raises(ValueError, match="over='entries' has no spectrum"):
        DiffusionEntropy(over="entries")(X, spectrum=spectra.spectrum(X))


STOCHASTIC = DiffusionEntropy(spectrum="stochastic")
LARGE = np.random.default_rng(1).normal(size=(510, 2))
THINGS = {
    "eigenvalues": (SpectrumCodec(1), lambda: spectra.spectrum(X), 30),
    "quadrature": (SpectrumCodec(1), lambda: spectra.spectrum(LARGE, STOCHASTIC), 510),
    "clusters": (ClustersCodec(1), lambda: spectra.clusters(X, 3), 30),
}


@pytest.mark.parametrize(("codec", "make", "rows"), THINGS.values(), ids=THINGS)
class TestCodecs:
    def header(self, made, header):
        return {**header, "settings": made.settings, "data": made.data}

    def test_what_is_packed_comes_back(self, codec, make, rows):
        made = make()
        tensors, header = codec.pack(made)
        for length in (rows, None):
            again = codec.unpack(tensors, self.header(made, header), length)
            same, _ = codec.pack(again)
            assert (again.settings, again.data) == (made.settings, made.data)
            assert type(again) is type(made)
            assert set(same) == set(tensors)
            assert all((same[name] == tensors[name]).all() for name in tensors)

    def test_of_another_kind(self, codec, make, rows):
        made = make()
        tensors, header = codec.pack(made)
        for kind in ("Encoder", None, 3):
            with pytest.raises(ValueError, match=f"it holds {kind!r} and no"):
                codec.unpack(tensors, self.header(made, header) | {"kind": kind}, rows)
        other = ClustersCodec(1) if isinstance(codec, SpectrumCodec) else SpectrumCodec(1)
        with pytest.raises(ValueError, match="it holds"):
            other.unpack(tensors, self.header(made, header), rows)

    def test_of_other_shapes(self, codec, make, rows):
        made = make()
        tensors, header = codec.pack(made)
        with pytest.raises(ValueError, match=f"{rows + 1} rows"):
            codec.unpack(tensors, self.header(made, header), rows + 1)
        for name, array in tensors.items():
            for wrong in (array[1:], array[None], array.astype(np.float16)):
                with pytest.raises(ValueError, match=f"{rows} rows"):
                    codec.unpack({**tensors, name: wrong}, self.header(made, header), rows)
            with pytest.raises(KeyError):
                codec.unpack({key: tensors[key] for key in tensors if key != name}, header, rows)
