"""Measures by distances to nearest neighbours."""
