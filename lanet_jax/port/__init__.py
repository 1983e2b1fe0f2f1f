"""Weights of others as weights of ours: published checkpoints, and dlib's network of faces."""
