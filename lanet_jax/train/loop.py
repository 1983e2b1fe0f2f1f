"""The training loop, from the first step, or from where the run resumes, to the last."""

from pathlib import Path

import jax
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P
from tqdm import tqdm

from lanet_jax.checkpoint.states import Checkpoints
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.evaluate.evaluator import Evaluator
from lanet_jax.from_config.run import Run
from lanet_jax.input.pipeline import train_batches
from lanet_jax.profiling.profiler import Profiler
from lanet_jax.run import folder as run_folder
from lanet_jax.run.paths import RunFolder
from lanet_jax.state import TrainState
from lanet_jax.train.log import Log
from lanet_jax.train.start import initial_state
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
      run: everything that training needs.
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
        state = initial_state(run, workdir, mesh, checkpoints)
        start = int(state.step)
        log = Log(run, workdir, start)
        to_compile = compile_step(run.method, run.optimizer, run.augment, mesh)
        step_fn = None  # compiled for the first batch
        evaluator = Evaluator(run, compile_classify(run.method, run.preprocess, mesh), mesh)
        traces = RunFolder(workdir).profile
        profiler = Profiler(traces, run.profile_start, run.profile_steps, run.steps, start)
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
            log.step(step, metrics)
            profiler.end(step, state, step_fn)
            stopping = stop.asked()
            if step % run.checkpoint_every == 0 or step == run.steps or stopping:
                log.sync()
                checkpoints.save(step, state, run.card | log.noted())
            if stopping:
                profiler.stop(step, state, step_fn)
                break
            if step % run.steps_per_epoch == 0:
                log.flush()
                log.evaluate(evaluator, state, step)
        else:  # a signal may have come during the last evaluation
            stopping = stop.asked()
        checkpoints.close()
        log.close()
    if stopping:
        run_folder.tell_stopped(workdir, f"stopped and saved at step {step} of {run.steps}")
        return None
    return state


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
