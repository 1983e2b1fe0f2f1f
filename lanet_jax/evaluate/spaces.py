"""Measures whether each part of LA-Net works, on training records without augmentation."""

import dataclasses
import functools
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Bool, Float, Int

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.evaluate import landmark_error, space
from lanet_jax.evaluate.gain import in_standard_errors, over
from lanet_jax.evaluate.landmark_error import landmark_errors
from lanet_jax.evaluate.space import Space
from lanet_jax.from_config.run import Run
from lanet_jax.input.pipeline import eval_batches
from lanet_jax.input.streams import Purpose, stream
from lanet_jax.landmarks.heights import in_heights
from lanet_jax.landmarks.schemes import SCHEMES
from lanet_jax.lde import trust
from lanet_jax.lde.neighborhood import Neighborhood
from lanet_jax.methods.frozen import behind
from lanet_jax.methods.lanet import LANet
from lanet_jax.models import landmark_points
from lanet_jax.run.metrics_log import Row
from lanet_jax.state import TrainState
from lanet_jax.trained import finite

MOST = 2048  # records; by chance their shares are off by about 0.01


@dataclasses.dataclass(frozen=True)
class Spaces:
    """Measures states of one run of LA-Net.

    Attributes:
      run: run of LA-Net, with its training data.
      mesh: devices of all hosts, axis "data".
    """

    run: Run
    mesh: Mesh

    def measure(self, state: TrainState, targets: Float[np.ndarray, "N C"] | None) -> Row:
        """The row of split "spaces", described in docs/parts.md.

        Args:
          state: state of this run, on the devices.
          targets: its target distributions of all training records; None without LDE.

        Returns:
          Numbers by name, without those that are undefined (no landmarks, targets or wrong labels).
          `labels` says whether they are measured against the true labels or, if these are not
          known, the observed ones.

        Raises:
          UserError: a predicted landmark is not finite.
        """
        run, rows = self.run, self._rows
        data, count = run.data, run.reading.batch
        of_record = data.given if data.true is None else data.true
        labels = of_record[rows]
        predicted: list[Float[np.ndarray, "B L 2"]] = []  # none without a landmark network
        found: dict[str, list[Space]] = {}
        for start, (points, spaces) in zip(
            range(0, len(rows), count), self._looks(state), strict=True
        ):
            if points is not None:
                predicted.append(landmark_points.points(points))
            own = labels[start : start + count]
            for name, neighborhood in spaces.items():
                found.setdefault(name, []).append(space.of_batch(neighborhood, own, of_record))
        row: Row = {}
        for name, parts in found.items():
            row |= space.joined(parts).row(name)
        each = [row[f"{name}_effective_neighbors"] for name in found]
        row["effective_neighbors"] = float(np.mean(each)) if each else np.nan
        if predicted:
            joined = np.concatenate(predicted)
            finite.require(joined, [data.train.names[row] for row in rows])
            row |= self._landmark_errors(joined)
        row["chance_share"] = space.chance_share(labels)
        row["commonest_share"] = float(np.bincount(labels).max() / len(labels))
        if targets is not None:
            row |= self._targets(targets[rows], labels) | self._trust(targets)
        row["records"] = len(rows)
        defined = {name: value for name, value in row.items() if np.isfinite(value)}
        return {**defined, "labels": "observed" if data.true is None else "true"}

    @property
    def _method(self) -> LANet:
        return behind(self.run.method)[0]  # type: ignore[return-value]  # `of` asks first

    @functools.cached_property
    def _rows(self) -> Int[np.ndarray, " M"]:
        """Rows of the same full batches at every evaluation."""
        records, batch = len(self.run.data.train), self.run.reading.batch
        bits = stream(Purpose.INSPECTION, self.run.seed).random_raw(records)
        most = min(records // batch, max(MOST // batch, 1)) * batch
        return np.argsort(bits, kind="stable")[:most]

    @functools.cached_property
    def _landmarks(self) -> tuple[Float[np.ndarray, "M L 2"], Bool[np.ndarray, "M L"]]:
        points, known = self.run.data.marks  # type: ignore[misc]  # a landmark network has them
        return points[self._rows], known[self._rows]

    @functools.cached_property
    def _inspect(self) -> jax.stages.Wrapped:
        def inspect(params: dict, model_state: dict, batch: dict) -> tuple:
            images = below(model_state, self.run.preprocess(batch["image"]))
            return method.inspect(params, model_state, {**batch, "image": images})  # type: ignore[typeddict-item]  # its keys

        method, (_, below) = self._method, behind(self.run.method)

        return jax.jit(inspect, out_shardings=NamedSharding(self.mesh, P()))

    def _looks(
        self, state: TrainState
    ) -> Iterator[tuple[Float[np.ndarray, "B ..."] | None, dict[str, Neighborhood]]]:
        """Predicted landmarks, if there are any, and neighbourhoods of each batch."""
        run, rows = self.run, self._rows
        places = mesh_lib.own_rows(self.mesh, run.reading.batch)
        marks = self._landmarks if self._method.network.landmark is not None else None
        sharding = NamedSharding(self.mesh, P("data"))
        images = eval_batches(run.data.train.take(rows), run.reading, places)
        for step, batch in enumerate(images):
            own = step * run.reading.batch + places
            batch |= {
                "id": rows[own].astype(np.int32),
                "label": run.data.given[rows[own]].astype(np.int32),
            }
            if marks is not None:
                batch |= {"landmarks": marks[0][own], "present": marks[1][own]}
            sharded = {
                name: jax.make_array_from_process_local_data(sharding, value)
                for name, value in batch.items()
            }
            yield jax.device_get(self._inspect(state.params, state.model_state, sharded))

    def _landmark_errors(self, predicted: Float[np.ndarray, "M L 2"]) -> dict[str, float]:
        points, known = self._landmarks
        framed = self.run.data.framed
        scheme = SCHEMES.get(self.run.data.train.scheme)
        eyes = scheme.eyes if scheme and not framed else None
        weights = known[..., None]
        mean = np.where(weights, points, 0).sum(axis=0) / np.maximum(weights.sum(axis=0), 1)
        shapes = (points, predicted, np.broadcast_to(mean, points.shape))
        if not framed:
            aspect = self.run.data.train.marks.aspect[self._rows]  # type: ignore[union-attr]  # LA-Net has them
            shapes = tuple(in_heights(shape, aspect) for shape in shapes)  # type: ignore[assignment]  # still three
        points, predicted, mean_shape = shapes
        own, constant = (
            landmark_errors(shape, points, known, eyes) for shape in (predicted, mean_shape)
        )
        return {
            "landmark_error": landmark_error.of_all(own, eyes),
            "landmark_error_mean_shape": landmark_error.of_all(constant, eyes),
            "landmark_gain": in_standard_errors(
                landmark_error.of_records(constant) - landmark_error.of_records(own)
            ),
        }

    def _targets(
        self, targets: Float[np.ndarray, "M C"], labels: Int[np.ndarray, " M"]
    ) -> dict[str, float]:
        data = self.run.data
        named = targets.argmax(axis=1) == labels
        sure = targets.max(axis=1) > self._method.el.threshold
        row = {"target_names": float(np.mean(named)), "confident": float(np.mean(sure))}
        if data.true is not None:
            right = data.given[self._rows] == labels
            row["observed_names"] = float(np.mean(right))
            row["target_gain"] = in_standard_errors(named.astype(float) - right)
        return row

    def _trust(self, targets: Float[np.ndarray, "N C"]) -> dict[str, float]:
        data, loss = self.run.data, self._method.weights
        if data.true is None or not loss.trust:
            return {}
        means = targets.sum(axis=0) / targets.sum()
        believed = np.asarray(
            trust.weights(
                jnp.asarray(targets),
                jnp.asarray(data.given),
                jnp.asarray(means),
                len(targets),
                loss.trust,
                loss.trust_balance,
            )
        )
        wrong = data.given != data.true
        of = {"right": believed[~wrong], "wrong": believed[wrong]}
        row = {f"trust_{name}": float(own.mean()) for name, own in of.items() if len(own)}
        if all(len(own) > 1 for own in of.values()):
            error = sum(own.var(ddof=1) / len(own) for own in of.values()) ** 0.5
            row["trust_gain"] = over(row["trust_right"] - row["trust_wrong"], error)
        return row


def of(run: Run, mesh: Mesh) -> Spaces | None:
    """The measurement for a run; None for a method that has no parts to measure."""
    method = behind(run.method)[0]
    if not isinstance(method, LANet):
        return None
    has_parts = method.network.landmark is not None or method.lde.spaces != "none"
    return Spaces(run, mesh) if has_parts else None
