"""The work folder of a run: paths, config, lock, inputs, metrics and summary."""
