"""Decisions that all processes of a run on several hosts must share."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import jax
import numpy as np
from jax.experimental import multihost_utils

from lanet_jax.errors import UserError

T = TypeVar("T")


def on_first(action: Callable[[], Any]) -> Any:
    """Runs an action on process 0 only, and hands its result to all processes.

    A shared disk may show some hosts an older state. What all processes must agree on is therefore
    read by one of them.

    Args:
      action: what to run; its result must be JSON, and tuples come back as lists.

    Returns:
      The action's result on process 0.

    Raises:
      UserError: on process 0 the action's own error, elsewhere one that refers to it.
    """
    if jax.process_count() == 1:
        return action()
    failure: Exception | None = None
    text = ""
    if jax.process_index() == 0:
        try:
            text = json.dumps(action())
        except (UserError, OSError) as error:
            failure = error
    if not all_agree(failure is None) and failure is None:
        raise UserError("process 0 of this run ended: its own message says why")
    if failure is not None:
        raise failure
    return json.loads(_text_of(0, text))


def on_each(action: Callable[[], T]) -> T:
    """Runs an action on every process; if it fails on one, all end, so that none waits forever.

    Args:
      action: what to run; it must not wait for other processes.

    Returns:
      The action's result on this process.

    Raises:
      UserError: where the action failed its own error, elsewhere one that names those processes.
    """
    failure: Exception | None = None
    result = None
    try:
        result = action()
    except (UserError, OSError) as error:
        failure = error
    failed = _where(failure is not None)
    if failure is not None:
        raise failure
    if failed:
        raise UserError(
            f"process {', '.join(map(str, failed))} of this run ended: its own message says why"
        )
    return result  # type: ignore[return-value]  # no failure: there is one


def all_agree(holds: bool) -> bool:
    """Whether something holds on every process; every process must call this."""
    return not _where(not holds)


def any_reason(reason: str) -> str:
    """Why something failed, on whichever process it did; every process must call this.

    Args:
      reason: why it failed on this process; empty if it did not.

    Returns:
      The same on all processes: empty if it failed on none, the reason of process 0 if it failed
      there, else that of the first process on which it did, with that one's number.
    """
    failed = _where(bool(reason))
    if jax.process_count() == 1 or not failed:
        return reason
    text = _text_of(failed[0], reason)
    return f"on process {failed[0]}: {text}" if failed[0] else text


def _where(holds: bool) -> list[int]:
    """The processes on which something holds."""
    if jax.process_count() == 1:
        return [0] if holds else []
    return np.flatnonzero(multihost_utils.process_allgather(np.int32(holds))).tolist()


def _text_of(process: int, text: str) -> str:
    speaks = jax.process_index() == process
    data = np.frombuffer(text.encode(), np.uint8)
    size = int(multihost_utils.broadcast_one_to_all(np.int32(data.size), speaks))
    own = data if speaks else np.zeros(size, np.uint8)
    return bytes(np.asarray(multihost_utils.broadcast_one_to_all(own, speaks))).decode()
