"""Profiles a few steps: a trace for a viewer, and its main numbers as text."""
