"""A profiler trace of a few steps of a run."""

from pathlib import Path

import jax

from lanet_jax.errors import UserError
from lanet_jax.files.atomic import write_text
from lanet_jax.profiling import hlo, operations, timeline, tracks
from lanet_jax.typing import PyTree


def check(start: int, steps: int, last: int) -> None:
    """Refuses a trace that would begin after the run.

    Args:
      start: first traced step.
      steps: number of traced steps; 0 for none.
      last: last step of the run.

    Raises:
      UserError: the run ends before `start`.
    """
    if steps and start > last:
        raise UserError(
            f"--config.profile.start={start} is after the run's last step, {last}: lower it, to "
            f"{max(1, last + 1 - steps)} or less for all that is asked for"
        )


class Profiler:
    """Traces the steps `start` .. `start + steps - 1` of a run, on the first host.

    The trace lies in `FOLDER/plugins/profile/TIME`, where xprof finds it (`xprof --logdir FOLDER`);
    `FOLDER/top_ops.txt` lists its operations.

    Args:
      folder: folder for the trace, made if absent.
      start: first traced step.
      steps: number of traced steps; 0 for none.
      last: last step of the run; the trace ends there at the latest.
      behind: steps that lie behind a resumed run. If the range begins there, nothing is traced, as
        it would be incomplete, which is told.

    Raises:
      UserError: the run ends before `start`.
    """

    def __init__(self, folder: Path, start: int, steps: int, last: int, behind: int = 0) -> None:
        check(start, steps, last)
        self._folder = folder
        self._tracing = False
        self._marker: jax.profiler.StepTraceAnnotation | None = None
        self._steps = range(0)
        if not steps or jax.process_index():
            return
        if start <= behind:
            later = (
                f"trace later steps by --config.profile.start={behind + 1}"
                if behind < last
                else "trace a run of another --workdir"
            )
            print(f"note: no trace, as step {start} is behind, the run is at {behind}: {later}")
            return
        self._steps = range(start, min(start + steps, last + 1))

    def begin(self, step: int, state: PyTree) -> None:
        """Starts the trace, if it begins with this step; call it before every step.

        Args:
          step: number of the step, from 1.
          state: state before the step.
        """
        if self._steps and step == self._steps[0]:
            jax.block_until_ready(state)  # or the trace would begin within the step before
            options = jax.profiler.ProfileOptions()
            options.python_tracer_level = 0  # every call's event would slow down the readers
            jax.profiler.start_trace(str(self._folder), profiler_options=options)
            self._tracing = True
        if self._tracing:
            self._marker = jax.profiler.StepTraceAnnotation("train", step_num=step)
            self._marker.__enter__()

    def end(self, step: int, state: PyTree, compiled: jax.stages.Compiled) -> None:
        """Ends the trace, if it ends with this step; call it after every step.

        Args:
          step: number of the step, from 1.
          state: state after the step.
          compiled: the compiled step, whose text describes its operations.
        """
        if self._marker is None:
            return
        if step == self._steps[-1]:
            self._finish(step, state, compiled)
        else:
            self._leave()

    def stop(self, step: int, state: PyTree, compiled: jax.stages.Compiled) -> None:
        """Ends the trace early, with the steps so far, of a run that stops.

        Args:
          step: number of the last step.
          state: state after it.
          compiled: the compiled step.
        """
        if self._tracing:
            self._finish(step, state, compiled)

    def _leave(self) -> None:
        if self._marker is not None:
            self._marker.__exit__(None, None, None)
            self._marker = None

    def _finish(self, step: int, state: PyTree, compiled: jax.stages.Compiled) -> None:
        jax.block_until_ready(state)  # within the marker: the devices may have hardly begun
        self._leave()
        self._tracing = False
        jax.profiler.stop_trace()
        traces = self._folder.glob("plugins/profile/*/*.xplane.pb")
        trace = max(traces, key=lambda path: path.stat().st_mtime)
        work = timeline.read(trace, hlo.operations(compiled.as_text() or ""))
        tracks.add(trace, work)
        traced = step - self._steps[0] + 1
        write_text(self._folder / "top_ops.txt", operations.format_table(work, traced))
