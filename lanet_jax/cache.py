"""The user's cache, for files that are fetched or made once."""

import os
from pathlib import Path


def folder(kind: str) -> Path:
    """The folder for one kind of files: below LANET_JAX_CACHE, or in the user's cache."""
    own = os.environ.get("LANET_JAX_CACHE")
    if own:
        return Path(own) / kind
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lanet_jax" / kind
