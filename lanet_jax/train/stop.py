"""Stops a run on SIGTERM or SIGINT, after its current step or stage; a second signal ends it."""

import os
import signal
import threading
from types import FrameType

import jax
from jax.experimental import multihost_utils

NOTICE = b"\nstopping after the current step or stage; a second signal ends it at once\n"


class Stop:
    """Notes the signals while it is entered.

    On several hosts a signal to one of them stops all, after the same step. JAX's preemption
    service, which listens to SIGTERM itself, agrees on that step. So there a SIGINT is forwarded as
    SIGTERM, and only a second SIGINT ends a process at once.
    """

    def __enter__(self) -> "Stop":
        self._asked, self._calls = False, 0
        self._several = jax.process_count() > 1
        signals = [signal.SIGINT] if self._several else [signal.SIGINT, signal.SIGTERM]
        if threading.current_thread() is not threading.main_thread():
            signals = []  # Python allows signal handlers only in the main thread
        self._before = {number: signal.signal(number, self._note) for number in signals}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def asked(self) -> bool:
        """Whether the run should stop; every process must call this equally often."""
        if self._several:
            # JAX lets all processes meet at the highest number that any has called with, plus one.
            # So the numbers must have no gaps: not steps, as a resumed run does not start at 1.
            self._calls += 1
            return multihost_utils.reached_preemption_sync_point(self._calls)
        return self._asked

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._asked = True
        for listened in self._before:
            signal.signal(listened, signal.SIG_DFL)
        os.write(2, NOTICE)  # print may be what the signal interrupted
        if self._several:
            os.kill(os.getpid(), signal.SIGTERM)
