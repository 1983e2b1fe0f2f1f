"""The fingerprint of a trained network."""

import hashlib
import json

import jax
import numpy as np

from lanet_jax.trained.load import Trained


def of(trained: Trained) -> str:
    """The SHA-256 checksum of a network's card and weights, in hexadecimal."""
    digest = hashlib.sha256(json.dumps(trained.card, sort_keys=True, default=str).encode())
    for leaf in jax.tree.leaves((trained.params, trained.model_state)):
        digest.update(np.asarray(leaf).tobytes())
    return digest.hexdigest()
