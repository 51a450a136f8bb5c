"""Measurements of the program's own parts, printed as ratios and counts."""
