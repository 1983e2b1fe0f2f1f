"""Studies: grids of runs, run one after another, with results as in the paper's tables."""
