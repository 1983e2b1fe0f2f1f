"""LA-Net in JAX: facial expression recognition that survives wrong labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

    from lanet_jax.predict.predictor import Predictor


def load(checkpoint: str | os.PathLike = "", step: str = "last", batch: int = 64) -> Predictor:
    """Loads a trained network that predicts expressions; see `predict.predictor.load`.

    `lanet_jax.load().predict("photo.jpg")` is a table with one row a face.
    """
    # Importing the package must stay light, and must not start JAX.
    from lanet_jax.predict import predictor

    return predictor.load(checkpoint, step, batch)
