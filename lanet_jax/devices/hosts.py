"""What the processes of a run on several hosts must decide as one."""

from collections.abc import Callable

import jax
import numpy as np
from jax.experimental import multihost_utils

from lanet_jax.errors import UserError


def on_first(action: Callable[[], object]) -> None:
    """Does on process 0 what only one of them may do; the others wait, and fail if it fails.

    Args:
      action: what to do.

    Raises:
      UserError: on process 0 the action's own, elsewhere one that refers to it.
    """
    failure: Exception | None = None
    if jax.process_index() == 0:
        try:
            action()
        except (UserError, OSError) as error:
            failure = error
    if not all_agree(failure is None) and failure is None:
        raise UserError("process 0 of this run ended: its own message says why")
    if failure is not None:
        raise failure


def all_agree(holds: bool) -> bool:
    """Whether something holds on every process; each of them has to ask."""
    if jax.process_count() == 1:
        return holds
    return bool(np.all(multihost_utils.process_allgather(np.int32(holds))))
