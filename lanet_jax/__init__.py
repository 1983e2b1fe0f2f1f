"""LA-Net in JAX: facial expression recognition that is robust to wrong labels."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

try:
    import fcntl  # noqa: F401  (locks of work folders and prepared data)
except ImportError:
    raise ImportError(
        "lanet_jax runs on Linux and macOS only (array_record, which reads prepared data, has no "
        "wheel for Windows): use WSL there"
    ) from None

# Installed, `data` and `configs` are parts of this package; in a checkout they stand beside it.
if not os.path.isdir(os.path.join(os.path.dirname(__file__), "data")):
    __path__.append(os.path.dirname(os.path.dirname(__file__)))

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from lanet_jax.audit.arrays import LabelAudit
    from lanet_jax.predict.predictor import Predictor

__version__ = "0.1.0"


def load(
    checkpoint: str | os.PathLike = "", step: str = "last", batch: int = 64, smallest: float = 0.0
) -> Predictor:
    """Loads a trained network that predicts expressions; see `predict.predictor.load`.

    `lanet_jax.load().predict("photo.jpg")` is a table with one row per face.
    """
    # Importing the package must be fast, and must not start JAX.
    from lanet_jax.predict import predictor

    return predictor.load(checkpoint, step, batch, smallest)


def audit_labels(
    labels: Sequence[int] | Sequence[str] | np.ndarray,
    probabilities: np.ndarray | None = None,
    features: np.ndarray | Mapping[str, np.ndarray] | None = None,
    classes: Sequence[str] = (),
    *,
    folds: int = 5,
    seed: int = 0,
) -> LabelAudit:
    """Ranks labels by how wrong they look; see `audit.arrays.audit_labels`.

    `lanet_jax.audit_labels(labels, features=x)` is a sequence of rows, the most doubtful first. Its
    `summary` says what the audit itself is worth.
    """
    from lanet_jax.audit import arrays

    return arrays.audit_labels(labels, probabilities, features, classes, folds=folds, seed=seed)
