"""Messages about the other processes of a run: who is waited for, who was lost."""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator

import jax

from lanet_jax.devices import hosts
from lanet_jax.errors import UserError

FIRST, EVERY, LIMIT = 10.0, 60.0, 300.0  # seconds
PARTING = 10.0  # seconds for a common end, where all processes have failed alike
_OF_DEVICES = (jax.errors.JaxRuntimeError, ValueError)
_COLLECTIVES = ("Gloo", "NCCL", "nccl")  # libraries that carry what processes send each other
_OWN_FAULTS = ("CUDA_ERROR", "CUDNN_STATUS", "CUBLAS_STATUS")  # of this process's own device


def address(text: str) -> str:
    """Checks the address of process 0.

    Args:
      text: value of the environment variable.

    Returns:
      The same.

    Raises:
      UserError: it is not of the form HOST:PORT.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UserError(
            f"JAX_COORDINATOR_ADDRESS={text!r}: HOST:PORT was expected, such as "
            f"{text.partition(':')[0] or 'host0'}:1234, the same on every host"
        )
    return text


@contextlib.contextmanager
def waiting(whom: str) -> Iterator[None]:
    """Says who is waited for, and ends the process with one line if they never come.

    JAX itself is silent for five minutes, and then aborts with a C++ stack trace.

    Args:
      whom: the others, and the address at which they meet.
    """
    met, begun = threading.Event(), time.monotonic()

    def tell() -> None:
        pause = FIRST
        while not met.wait(min(pause, LIMIT)):
            waited = time.monotonic() - begun
            if waited >= LIMIT:
                leave(f"waited {waited:.0f} s for {whom}: start them, then this one again")
            print(f"waiting for {whom} ({waited:.0f} s)", file=sys.stderr, flush=True)
            pause = min(EVERY, LIMIT - waited)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        met.set()
        thread.join()


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Ends this process if another process of its run is lost, or if it fails alone.

    Where another is lost, its end is told in one line. An error of this one is told by whoever
    catches it; then a clean exit would wait minutes for the others, who wait for this one. Without
    an error it returns on all processes at once, however long one of them still writes: JAX would
    wait for that one only five minutes, and then abort all.

    Raises:
      UserError: the devices have too little memory.
    """
    try:
        yield
        hosts.all_agree(True)
    except (Exception, KeyboardInterrupt) as error:
        line = str(error).partition("\n")[0][:200]
        if jax.process_count() > 1:
            if is_of_another(error):
                leave(
                    "another process of this run ended or cannot be reached: its own message says "
                    f"why ({line}); run the same command again on every host"
                )
            ending = threading.Timer(PARTING, os._exit, (1,))
            ending.daemon = True
            ending.start()
        if _is_full(error):
            raise UserError(
                f"the memory of the devices is full ({line}): use a smaller optim.batch_size, "
                "el.queue_size or model.width, or free memory that others use"
            ) from error
        raise


def _is_full(error: BaseException) -> bool:
    return isinstance(error, _OF_DEVICES) and "RESOURCE_EXHAUSTED" in str(error)


def is_of_another(error: BaseException) -> bool:
    """Whether an error says that another process of the run is lost."""
    if jax.process_count() == 1 or _is_full(error) or not isinstance(error, _OF_DEVICES):
        return False
    # Gathers on CPU raise a ValueError for a lost peer, as JAX does for many other faults.
    if any(name in str(error) for name in _COLLECTIVES):
        return True
    own = any(name in str(error) for name in _OWN_FAULTS)
    return isinstance(error, jax.errors.JaxRuntimeError) and not own


def leave(line: str) -> None:
    """Ends the process at once: a clean exit would wait for processes that are gone."""
    print(f"error: {UserError(line)}", file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(1)
