"""The paper's figures of one or several runs: one file a figure, one style for all."""
