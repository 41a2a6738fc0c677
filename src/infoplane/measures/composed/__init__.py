"""Measures made of measures, and steps before one."""
