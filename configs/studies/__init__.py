"""The paper's tables and sweeps, and this project's own, as grids of runs, one per file."""
