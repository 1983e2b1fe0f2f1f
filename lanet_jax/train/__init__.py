"""Training: beginning a run, the step, the loop, stopping, and finishing."""
