"""Trained networks: from a checkpoint or model file to class probabilities."""
