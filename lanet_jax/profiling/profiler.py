"""A profiler trace of a few steps of a run."""

import os
from pathlib import Path

import jax

from lanet_jax.profiling import table, timeline, tracks
from lanet_jax.typing import PyTree


class Profiler:
    """Traces the steps `start` .. `start + steps - 1` of a run, on the first host.

    The trace lies in `FOLDER/plugins/profile/TIME`, as xprof wants it (`xprof --logdir FOLDER`);
    what it says of the operations is also in `FOLDER/top_ops.txt`.

    Args:
      folder: where the trace goes.
      start: first traced step.
      steps: how many; 0 for none.
    """

    def __init__(self, folder: Path, start: int, steps: int) -> None:
        self._folder = folder
        self._steps = range(start, start + steps if jax.process_index() == 0 else start)
        self._traced = 0
        self._marker: jax.profiler.StepTraceAnnotation | None = None

    def begin(self, step: int, state: PyTree) -> None:
        """Called before a step.

        Args:
          step: its number.
          state: before it.
        """
        if step not in self._steps or (step > self._steps.start and not self._traced):
            return  # a run that was resumed inside the range has no whole trace to give
        if step == self._steps.start:
            jax.block_until_ready(state)  # else the trace would begin within the step before
            jax.profiler.start_trace(str(self._folder))
        self._marker = jax.profiler.StepTraceAnnotation("train", step_num=step)
        self._marker.__enter__()
        self._traced += 1

    def end(self, step: int, state: PyTree) -> None:
        """Called after a step.

        Args:
          step: its number.
          state: after it.
        """
        if self._marker is None:
            return
        if step == self._steps[-1]:
            jax.block_until_ready(state)  # within the marker: the devices may have hardly begun
        self._marker.__exit__(None, None, None)
        self._marker = None
        if step == self._steps[-1]:
            self._finish()

    def close(self, state: PyTree) -> None:
        """Ends a trace that goes beyond the run's last step.

        Args:
          state: after that step.
        """
        if 0 < self._traced < len(self._steps):
            jax.block_until_ready(state)
            self._finish()

    def _finish(self) -> None:
        jax.profiler.stop_trace()
        traces = self._folder.glob("plugins/profile/*/*.xplane.pb")
        trace = max(traces, key=lambda path: path.stat().st_mtime)
        work = timeline.read(trace)
        tracks.add(trace, work)
        path = self._folder / "top_ops.txt"
        temporary = path.with_name(path.name + ".tmp")
        temporary.write_text(table.format_table(work, self._traced), encoding="utf-8")
        os.replace(temporary, path)
