"""Evaluation: after every epoch, and of a checkpoint by `python -m lanet_jax.evaluate`."""
