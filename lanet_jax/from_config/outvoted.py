"""Which classes have too few records for the number of neighbours."""

import numpy as np
from jaxtyping import Int

from lanet_jax.from_config.config import Config


def note(c: Config, classes: tuple[str, ...], given: Int[np.ndarray, " N"]) -> str:
    """Names the classes that even perfect features cannot give a majority of K neighbours.

    Args:
      c: resolved config.
      classes: class names.
      given: observed label of each training record, an index into them.

    Returns:
      A line; "" if there are no such classes, or no neighbours are looked for.
    """
    if c.method != "lanet" or c.lde.spaces == "none":
        return ""
    counts = np.bincount(given, minlength=len(classes))
    few = [
        f"{name} ({count:,})"
        for name, count in zip(classes, counts.tolist(), strict=True)
        if count > 0 and count - 1 < c.lde.neighbors / 2  # none is a neighbour of itself
    ]
    if not few:
        return ""
    return (
        f"note: {', '.join(few)}: classes with so few records are never most of the "
        f"{c.lde.neighbors} neighbours that targets are averaged over, so that targets hardly name "
        "them; take fewer (--config.lde.neighbors), or add records of these classes"
    )
