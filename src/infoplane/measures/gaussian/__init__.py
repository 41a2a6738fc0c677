"""Measures by ranks and correlations."""
