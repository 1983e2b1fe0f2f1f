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

    from lanet_jax.label_noise.of_arrays import LabelAudit
    from lanet_jax.predict.predictor import Predictor

__version__ = "0.1.0"


def load(
    checkpoint: str | os.PathLike = "", step: str = "last", batch: int = 64, smallest: float = 0.0
) -> Predictor:
    """Loads a trained network: `lanet_jax.load().predict("photo.jpg")` has a row for each face.

    Args:
      checkpoint: work folder of a run, or a model file; empty or "bundled" for the bundled model.
      step: checkpoint of a work folder: a number, "last" or "best".
      batch: the most faces in one batch.
      smallest: side of the smallest face sought over the image's longer side; 0 for .03, or .015
        from 3,000 pixels up, and smaller faces where small ones are found.

    Returns:
      The predictor.

    Raises:
      UserError: the model is absent or incomplete, or JAX ran before this process was forked.
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
    groups: Sequence[int] | Sequence[str] | np.ndarray | None = None,
    folds: int = 5,
    seed: int = 0,
) -> LabelAudit:
    """Ranks labels by how wrong they look, and suggests others where that is safe.

    Read the result's `summary` first: it says what the audit itself is worth.

    Args:
      labels: observed labels [N]: names, or numbers from 0 (the columns' places).
      probabilities: [N, C] from a model that was not trained on these labels, or out of fold.
      features: [N, D] features of the records, or several such spaces by name.
      classes: C class names in the order of the columns and numbers; if empty, a data frame's
        columns, or the labels' own.
      groups: [N] names of what records belong to, such as a video or a person, and are held out
        with; None for copies only: records with the same features in every space.
      folds: number of parts, each held out in turn.
      seed: seed of the folds.

    Returns:
      A sequence of rows, the most doubtful label first, with what was found about all of them.

    Raises:
      UserError: an argument is not such an array, or they do not fit together.
    """
    from lanet_jax.label_noise import of_arrays

    return of_arrays.audit_labels(
        labels, probabilities, features, classes, groups=groups, folds=folds, seed=seed
    )
