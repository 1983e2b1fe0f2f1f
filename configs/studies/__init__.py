"""The paper's tables and sweeps as grids of runs; a file each."""
