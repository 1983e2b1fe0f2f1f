"""Landmark files: found in images, stored, read, and checked against their scheme and images."""
