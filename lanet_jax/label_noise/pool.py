"""Pools several witnesses' beliefs, each with the weight that it earns on the observed labels."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lanet_jax import metrics

_FLOOR = 1e-6  # least belief in any label, so that no witness can rule one out
_STEPS = 50


def weights(
    views: Sequence[Float[np.ndarray, "N C"]], given: Int[np.ndarray, " N"]
) -> Float[np.ndarray, " V"]:
    """Weights of a linear opinion pool under which the observed labels are likeliest.

    This fits the weights of a mixture whose components are fixed: each EM step gives a witness the
    share of the labels that it explains. No witness has seen the label that it judges, so one that
    knows nothing, or that was trained on another kind of data, earns little weight, without any
    clean labels to say so.

    Source: Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM
    algorithm", JRSS B 1977, section 4.3.

    Args:
      views: out-of-sample label distributions of each witness.
      given: observed label of each record, an index into the classes.

    Returns:
      Weights that sum to 1.
    """
    own = np.stack([metrics.of_label(view, given) for view in views], axis=1) + _FLOOR
    share = np.full(len(views), 1 / len(views))
    for _ in range(_STEPS):
        explained = own * share
        share = (explained / explained.sum(axis=1, keepdims=True)).mean(axis=0)
    return share
