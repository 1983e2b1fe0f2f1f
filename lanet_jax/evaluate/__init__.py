"""Evaluation: after every epoch, and of a checkpoint by `lanet evaluate`."""
