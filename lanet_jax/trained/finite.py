"""Refuses a network's outputs if they are not finite."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from lanet_jax.errors import UserError


def require(values: Float[np.ndarray, "N ..."], names: Sequence[str]) -> None:
    """Refuses outputs that are not finite, as training refuses such a loss.

    Args:
      values: outputs of a network, one row per record.
      names: name of each record, for the error.

    Raises:
      UserError: some are not finite.
    """
    bad = np.flatnonzero(~np.isfinite(values).reshape(len(values), -1).all(axis=1))
    if len(bad):
        raise UserError(
            f"the network's outputs for {len(bad)} of {len(names)} images, such as "
            f"{names[bad[0]]}, are not finite: its weights are corrupted; take an earlier --step, "
            "or train again with a lower optim.learning_rate"
        )
