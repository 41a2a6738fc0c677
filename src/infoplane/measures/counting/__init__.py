"""Measures that count equal values, or cells of a grid, or mix densities around samples."""
