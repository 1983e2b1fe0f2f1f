"""Writes the rows of a run: training metrics one step late, and evaluations."""

import math
from pathlib import Path

import jax
import numpy as np

from lanet_jax.checkpoint import best as best_lib
from lanet_jax.devices import hosts
from lanet_jax.errors import UserError
from lanet_jax.evaluate.evaluator import Evaluator
from lanet_jax.from_config.run import Run
from lanet_jax.run import metrics_log, summary
from lanet_jax.state import TrainState


class Log:
    """The rows of a run, which process 0 writes.

    A step returns before the devices have computed it. To read its metrics at once would make the
    devices wait for the host after every step, so they are kept until the next step is under way.

    Args:
      run: gives the steps between two rows of training metrics.
      workdir: its work folder.
      start: the step it starts at; later rows are removed.
    """

    def __init__(self, run: Run, workdir: Path, start: int) -> None:
        self._run, self._workdir = run, workdir
        first = jax.process_index() == 0
        self._writer = metrics_log.MetricsWriter(workdir, start) if first else None
        self._pending: tuple[int, dict] | None = None

    def step(self, step: int, metrics: dict[str, jax.Array]) -> None:
        """Keeps a step's metrics, and logs those of the step before."""
        self.flush()
        self._pending = (step, metrics)

    def flush(self) -> None:
        """Logs the metrics that are kept.

        Raises:
          UserError: a metric is not a scalar, or has a reserved name, or is not finite.
        """
        if self._pending is None:
            return
        step, metrics = self._pending
        self._pending = None
        values = jax.device_get(metrics)
        _check(values)
        row = {name: float(value) for name, value in values.items()}
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
        selecting = summary.selection_split(list(splits))
        if selecting is None:
            return

        def is_best() -> bool:
            rows = metrics_log.read(self._workdir)
            before = [r["accuracy"] for r in rows if r["split"] == selecting and r["step"] < step]
            return bool(splits[selecting]["accuracy"] > max(before, default=-1.0))

        # Process 0 decides, as another one's disk may not show all rows yet.
        if hosts.on_first(is_best):
            best_lib.save(self._workdir, step, state, self._run.method, self._run.card)

    def close(self) -> None:
        """Closes the files."""
        if self._writer:
            self._writer.close()

    def _write(self, step: int, split: str, row: dict[str, float]) -> None:
        if self._writer:
            epoch = step / self._run.steps_per_epoch
            self._writer.write({"step": step, "epoch": round(epoch, 4), "split": split, **row})


def _check(metrics: dict[str, np.ndarray]) -> None:
    """Refuses metrics that make no row."""
    for name, value in metrics.items():
        if name in metrics_log.RESERVED:
            raise UserError(
                f"metric {name!r} of the method's loss: a row has a field of this name; rename it "
                f"in lanet_jax/methods (reserved: {', '.join(sorted(metrics_log.RESERVED))})"
            )
        if shape := np.shape(value):
            raise UserError(
                f"metric {name!r} of the method's loss has the shape {shape}: metrics are scalars; "
                "return its mean, or one metric for each part"
            )
