"""Converts published weights into weights of this package: `lanet port`."""
