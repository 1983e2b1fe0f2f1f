"""Converts published weights into weights of this package: `python -m lanet_jax.port`."""
