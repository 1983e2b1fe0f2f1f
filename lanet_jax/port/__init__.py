"""Weights of others as weights of this package: `python -m lanet_jax.port`."""
