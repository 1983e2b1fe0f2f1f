"""The folder of what is fetched once and kept for this user."""

import os
from pathlib import Path


def folder(kind: str) -> Path:
    """Where files of one kind lie: below LANET_JAX_CACHE, or in the user's cache."""
    own = os.environ.get("LANET_JAX_CACHE")
    if own:
        return Path(own) / kind
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lanet_jax" / kind
