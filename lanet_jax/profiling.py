"""A profiler trace of a few steps."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import jax


class Profiler:
    """Traces the steps `start` .. `start + steps - 1` of a run.

    Args:
      folder: where the trace goes.
      start: first traced step.
      steps: how many; 0 for none.
    """

    def __init__(self, folder: Path, start: int, steps: int) -> None:
        self._folder, self._start, self._stop = folder, start, start + steps
        self._steps, self._tracing = steps, False

    @contextlib.contextmanager
    def step(self, step: int) -> Iterator[None]:
        """Surrounds one step."""
        if self._steps and step == self._start:
            jax.profiler.start_trace(str(self._folder))
            self._tracing = True
        with jax.profiler.StepTraceAnnotation("train", step_num=step):
            yield
        if step + 1 == self._stop:
            self.close()

    def close(self) -> None:
        """Ends a trace that is still being written."""
        if self._tracing:
            jax.profiler.stop_trace()
            self._tracing = False
