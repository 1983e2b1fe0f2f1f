"""Which classes have too few records for the number of neighbours."""

import numpy as np
from jaxtyping import Int

from lanet_jax.command_line.words import counted
from lanet_jax.from_config.config import Config

_LEAST = 8  # as published: fewer would cost the targets of all classes more than these gain


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
    counts = np.bincount(given, minlength=len(classes)).tolist()
    # None is a neighbour of itself.
    few = [i for i, count in enumerate(counts) if count > 0 and count - 1 < c.lde.neighbors / 2]
    if not few:
        return ""
    enough = [2 * (counts[i] - 1) for i in few if counts[i] > 1]  # as many make it half of them
    helps = min(enough, default=0) >= _LEAST
    fewer = f"take --config.lde.neighbors={min(enough)}, " if helps else ""
    return (
        f"note: {', '.join(f'{classes[i]} ({counts[i]:,})' for i in few)}: classes with so few "
        f"records are never most of the {counted(c.lde.neighbors, 'neighbour')} that targets are "
        f"averaged over, so that targets hardly name them; {fewer}add records of these classes, "
        "leave them out, or join them with others (of a folder or list by `lanet prepare folder "
        "--classes NAME=OTHER`)"
    )
