"""Faces and their landmarks in photos, offline: `from lanet_jax.faces.find import find_faces`."""
