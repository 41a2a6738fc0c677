"""Measures by kernels, and spectra of kernel matrices."""
