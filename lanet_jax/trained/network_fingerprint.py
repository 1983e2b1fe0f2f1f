"""The fingerprint of a trained network."""

import hashlib
import json
from typing import Any

import jax
import numpy as np

from lanet_jax.trained.load import Trained

_SHORT = 16  # digits
# Of a card, and of a result: by what an export divided the logits, and how far it balanced classes.
CHANGES = ("temperature", "balance_power")


def of(trained: Trained) -> str:
    """The SHA-256 checksum of a network's card and weights, in hexadecimal."""
    card = json.dumps(trained.card, sort_keys=True, default=str)
    return _digest(trained, card.encode())


def of_weights(trained: Trained) -> str:
    """A short checksum of a network's weights alone, which further fields in a card do not change.

    A card that names the network it was exported from gives that one's.
    """
    return str(trained.card.get("exported_from") or _digest(trained, b"")[:_SHORT])


def in_results(trained: Trained) -> dict[str, Any]:
    """What a result says of its network: `of_weights`, and what an export changed since then."""
    changed = {name: trained.card[name] for name in CHANGES if name in trained.card}
    return {"network": of_weights(trained), **changed}


def _digest(trained: Trained, start: bytes) -> str:
    digest = hashlib.sha256(start)
    for leaf in jax.tree.leaves((trained.params, trained.model_state)):
        digest.update(np.asarray(leaf).tobytes())
    return digest.hexdigest()
