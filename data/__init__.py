"""Turns official dataset layouts into TFDS ArrayRecord folders, one builder package each."""
