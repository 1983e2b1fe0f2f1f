"""Evaluates the state of a run after an epoch."""

import dataclasses
import functools
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh
from jaxtyping import Float

from lanet_jax import metrics
from lanet_jax.evaluate import spaces
from lanet_jax.evaluate.spaces import Spaces
from lanet_jax.from_config.run import Run
from lanet_jax.input.records import Records
from lanet_jax.run.metrics_log import Row
from lanet_jax.state import TrainState
from lanet_jax.trained import finite
from lanet_jax.trained.inference import Classify, predict_records


@dataclasses.dataclass(frozen=True)
class Evaluator:
    """Evaluates states of one run.

    Attributes:
      run: run whose splits and training labels are evaluated.
      classify: its compiled inference function, without features.
      mesh: devices of all hosts, axis "data".
    """

    run: Run
    classify: Classify
    mesh: Mesh

    def splits(self, state: TrainState) -> dict[str, dict[str, float]]:
        """The metrics of each evaluated split, as rows of `metrics.jsonl`."""
        rows = {}
        for name, records in self.run.data.evaluate.items():
            probabilities = self._probabilities(state, records)
            rows[name] = {
                **metrics.summary(probabilities, records.labels),
                "records": len(records),
            }
        return rows

    def labels(self, state: TrainState) -> dict[str, float]:
        """How wrong training labels fare: the share fitted, and the AUROC of finding them.

        They are found by 1 - target[given]. A method without targets is judged by its own
        probabilities, which takes a pass over all training records.
        """
        data = self.run.data
        wrong = data.wrong
        if data.true is None or not len(wrong):
            return {}
        targets = targets_of(self.run, state, len(data.train))
        rows = wrong if targets is not None else np.arange(len(data.train))
        probabilities = self._probabilities(state, data.train.take(rows))
        predicted = probabilities.argmax(axis=1)
        beliefs = probabilities if targets is None else targets
        return {
            "wrong_fitted": metrics.wrong_labels_fitted(
                predicted, data.given[rows], data.true[rows]
            ),
            "auroc": metrics.auroc(data.given != data.true, metrics.suspicion(beliefs, data.given)),
        }

    def parts(self, state: TrainState) -> Row:
        """Whether each part of the method does its work; empty for a method without parts."""
        watch = self._spaces
        if watch is None:
            return {}
        return watch.measure(state, targets_of(self.run, state, len(self.run.data.train)))

    @functools.cached_property
    def _spaces(self) -> Spaces | None:
        return spaces.of(self.run, self.mesh)

    def _probabilities(self, state: TrainState, records: Records) -> Float[np.ndarray, "N C"]:
        return predict_records(
            self.classify,
            state.params,
            state.model_state,
            records,
            mesh=self.mesh,
            reading=self.run.reading,
        )


def targets_of(run: Run, state: TrainState, records: int) -> Float[np.ndarray, "N C"] | None:
    """The label distributions of the training records, on every host.

    Args:
      run: run whose method may estimate distributions.
      state: state of the run, on the devices of all hosts.
      records: number of training records, N; padding rows after them are dropped.

    Returns:
      The distributions, in the order of the records; None if the method estimates none.

    Raises:
      UserError: some are not finite.
    """
    targets = run.method.targets(state.model_state)
    if targets is None:
        return None
    found = np.asarray(_gather(targets))[:records]
    finite.require(found, run.data.train.names)
    return found


def _gather(x: jax.Array) -> Any:
    if jax.process_count() == 1:
        return x
    from jax.experimental import multihost_utils

    return multihost_utils.process_allgather(x, tiled=True)
