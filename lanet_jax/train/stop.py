"""SIGTERM and SIGINT end a run after the step or stage it is in; a second one ends it at once."""

import os
import signal
import threading
from types import FrameType

import jax
from jax.experimental import multihost_utils

NOTICE = b"\nstopping: what the run is at is finished first; once more ends it at once\n"


class Stop:
    """Notes the signals while it is entered.

    On several hosts a signal to one of them is meant for all, and all end after the same step:
    JAX's preemption service, which listens to SIGTERM itself, agrees on it; so a SIGINT is handed
    on as SIGTERM there, and only a second SIGINT ends a process at once.
    """

    def __enter__(self) -> "Stop":
        self._asked, self._calls = False, 0
        self._several = jax.process_count() > 1
        signals = [signal.SIGINT] if self._several else [signal.SIGINT, signal.SIGTERM]
        if threading.current_thread() is not threading.main_thread():
            signals = []  # Python lets no other thread listen
        self._before = {number: signal.signal(number, self._note) for number in signals}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def asked(self) -> bool:
        """Whether the run ends here; every process has to ask, and equally often."""
        if self._several:
            # JAX has all processes meet at the highest number that one has asked with, plus one:
            # numbers without a gap, so not the steps, which a resumed run does not begin at 1.
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
