"""The work folder of a run: its config, its lock, its metrics and its summary."""
