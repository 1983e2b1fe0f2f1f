"""The training loop, from the first step, or from where the run resumes, to the last."""

import functools
import math
from pathlib import Path

import jax
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from tqdm import tqdm

from lanet_jax import state as state_lib
from lanet_jax.checkpoint import best as best_lib
from lanet_jax.checkpoint.states import Checkpoints
from lanet_jax.devices import hosts
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.errors import UserError
from lanet_jax.evaluate.evaluator import Evaluator
from lanet_jax.from_config.run import Run
from lanet_jax.input.pipeline import train_batches
from lanet_jax.profiling.profiler import Profiler
from lanet_jax.run import folder as run_folder
from lanet_jax.run import metrics_log, summary
from lanet_jax.run.paths import RunFolder
from lanet_jax.state import TrainState
from lanet_jax.train.step import compile_for, compile_step
from lanet_jax.train.stop import Stop
from lanet_jax.trained.inference import compile_classify


def train(run: Run, workdir: Path, stop: Stop) -> TrainState | None:
    """Trains a run to its end, or until a signal asks it to stop.

    The order within a step is a contract: fetch the batch, step, log the metrics of the previous
    step, save, evaluate. Metrics are logged one step late so that the devices never wait for the
    host. Before a checkpoint is saved, the step's own metrics are logged, so that a checkpoint is
    never ahead of the log. A run that stops saves, and leaves the evaluation to the resumed run.

    Args:
      run: the run.
      workdir: its work folder; an interrupted run resumes from its newest checkpoint.
      stop: the entered `Stop`, which notes signals.

    Returns:
      The final state; None if the run was stopped, which it prints with the command to resume.

    Raises:
      UserError: the loss or an evaluation is not finite, no checkpoint restores, one cannot be
        written, or `metrics.jsonl` has lost evaluations from before the one that restores.
    """
    mesh = mesh_lib.make(run.reading.batch)
    batch_sharding = NamedSharding(mesh, P("data"))
    checkpoints = Checkpoints(workdir, run.keep, run.card)
    with mesh_lib.use(mesh):
        state = initial_state(run, mesh, checkpoints)
        start = int(state.step)
        before = range(run.steps_per_epoch, start, run.steps_per_epoch)
        rows = checkpoints.restored.get("rows")
        hosts.on_first(lambda: metrics_log.require(workdir, start, before, run.data.evaluate, rows))
        best = hosts.on_first(lambda: _best_step(run, workdir, start))
        best_lib.rewind(workdir, start, state, run.method, run.card, best)
        writer = metrics_log.MetricsWriter(workdir, start) if jax.process_index() == 0 else None
        to_compile = compile_step(run.method, run.optimizer, run.augment, mesh)
        step_fn = None  # compiled for the first batch
        evaluator = Evaluator(run, compile_classify(run.method, run.preprocess, mesh), mesh)
        traces = RunFolder(workdir).profile
        profiler = Profiler(traces, run.profile_start, run.profile_steps, run.steps)
        log = _Log(run, workdir, writer)
        if start and start % run.steps_per_epoch == 0:
            log.evaluate(evaluator, state, start)
        local_batch = run.reading.batch // jax.process_count()
        batches = train_batches(run.visits, start, local_batch, run.reading.threads)
        step = start
        for step in _progress(run, start):
            profiler.begin(step, state)
            local = next(batches)
            batch = jax.make_array_from_process_local_data(batch_sharding, local)
            if step_fn is None:
                step_fn = compile_for(to_compile, state, batch)
            state, metrics = step_fn(state, batch)
            log.previous(step, metrics)
            profiler.end(step, state, step_fn)
            stopping = stop.asked()
            if step % run.checkpoint_every == 0 or step == run.steps or stopping:
                log.sync()
                checkpoints.save(step, state, run.card | log.noted())
            if stopping:
                break
            if step % run.steps_per_epoch == 0:
                log.flush()
                log.evaluate(evaluator, state, step)
        else:  # a signal may have come during the last evaluation
            stopping = stop.asked()
        checkpoints.close()
        if writer:
            writer.close()
    if stopping:
        run_folder.tell_stopped(workdir, f"stopped and saved at step {step} of {run.steps}")
        return None
    return state


def _best_step(run: Run, workdir: Path, before: int) -> int | None:
    return summary.best_step(
        metrics_log.read(workdir), summary.judge(list(run.data.evaluate)), before
    )


def _progress(run: Run, start: int) -> tqdm:
    return tqdm(
        range(start + 1, run.steps + 1),
        initial=start,
        total=run.steps,
        unit_scale=run.reading.batch,
        unit="img",
        disable=jax.process_index() != 0,
        mininterval=1.0,
    )


def initial_state(run: Run, mesh: Mesh, checkpoints: Checkpoints) -> TrainState:
    """Restores the newest checkpoint, or makes the state before the first step.

    Args:
      run: the run.
      mesh: the devices.
      checkpoints: checkpoints of the work folder.

    Returns:
      The state, on the devices.
    """
    key = jax.random.key(run.seed)
    if checkpoints.latest() is None:
        return state_lib.create(run.method, run.optimizer, key, run.example, mesh)
    init = functools.partial(state_lib.init, run.method, run.optimizer)
    shapes = jax.eval_shape(init, key, run.example)
    like = jax.tree.map(
        lambda sharding, part: jax.tree.map(
            lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=sharding), part
        ),
        state_lib.shardings(mesh, run.method),
        shapes,
    )
    return checkpoints.restore_newest(like)


class _Log:
    """Writes rows, one step late."""

    def __init__(self, run: Run, workdir: Path, writer: metrics_log.MetricsWriter | None) -> None:
        self._run, self._workdir, self._writer = run, workdir, writer
        self._pending: tuple[int, dict] | None = None

    def previous(self, step: int, metrics: dict[str, jax.Array]) -> None:
        """Logs the metrics of the previous call, and keeps these for the next."""
        self.flush()
        self._pending = (step, metrics)

    def flush(self) -> None:
        """Logs the metrics that are kept."""
        if self._pending is None:
            return
        step, metrics = self._pending
        self._pending = None
        row = {name: float(value) for name, value in jax.device_get(metrics).items()}
        bad = [name for name, value in row.items() if not math.isfinite(value)]
        if bad:
            raise UserError(
                f"step {step}: {', '.join(bad)} is not finite; the last good checkpoint is kept in "
                f"{self._workdir}: lower optim.learning_rate and start again from another --workdir"
            )
        if step % self._run.log_every == 0:
            self._write(step, "train", row)

    def sync(self) -> None:
        """Logs the metrics that are kept, and waits until all rows are on disk."""
        self.flush()
        if self._writer:
            self._writer.sync()

    def noted(self) -> dict:
        """The digest of the rows for a checkpoint's card; only process 0 writes both."""
        return {"rows": self._writer.noted()} if self._writer else {}

    def evaluate(self, evaluator: Evaluator, state: TrainState, step: int) -> None:
        """Evaluates after an epoch, logs the results, and saves the best state."""
        try:
            splits, labels = evaluator.splits(state), evaluator.labels(state)
            parts = evaluator.parts(state)
        except UserError as error:
            raise UserError(f"evaluation after step {step}: {error}") from error
        for name, row in (*splits.items(), ("labels", labels), ("spaces", parts)):
            if row:
                self._write(step, name, row)
        judge = summary.judge(list(splits))
        if judge is None:
            return

        def is_best() -> bool:
            rows = metrics_log.read(self._workdir)
            before = [r["accuracy"] for r in rows if r["split"] == judge and r["step"] < step]
            return bool(splits[judge]["accuracy"] > max(before, default=-1.0))

        # Process 0 decides, as another one's disk may not show all rows yet.
        if hosts.on_first(is_best):
            best_lib.save(self._workdir, step, state, self._run.method, self._run.card)

    def _write(self, step: int, split: str, row: dict[str, float]) -> None:
        if self._writer:
            epoch = step / self._run.steps_per_epoch
            self._writer.write({"step": step, "epoch": round(epoch, 4), "split": split, **row})
