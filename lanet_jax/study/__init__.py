"""Grids of runs: declared, run one after the other, told as the paper's tables."""
