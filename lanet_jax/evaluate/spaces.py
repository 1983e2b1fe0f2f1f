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
        parts, predicted = [], []
        for start, (points, spaces) in zip(
            range(0, len(rows), count), self._looks(state), strict=True
        ):
            predicted.append(landmark_points.points(points))
            own = labels[start : start + count]
            measured = [_of_space(name, space, own, of_record) for name, space in spaces.items()]
            parts.append({name: value for part in measured for name, value in part.items()})
        finite.require(np.concatenate(predicted), [data.train.names[row] for row in rows])
        found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        known = {name: found.pop(f"{name}_labels") for name in spaces}
        row = {name: float(np.mean(v)) if len(v) else np.nan for name, v in found.items()}
        for name in spaces:
            gains = found[f"{name}_names"] - found[f"{name}_unweighted_names"]
            row[f"{name}_score_gain"] = _in_standard_errors(gains)
            row[f"{name}_records"] = len(gains)
            row[f"{name}_chance_share"] = _chance(known[name])
        each = [row[f"{name}_effective_neighbors"] for name in spaces]
        row["effective_neighbors"] = float(np.mean(each)) if each else np.nan
        row |= self._landmark_errors(np.concatenate(predicted))
        counts = np.bincount(labels)
        row["chance_share"] = _chance(labels)
        row["commonest_share"] = float(counts.max() / len(labels))
        if targets is not None:
            sure = targets[rows].max(axis=1) > self._method.el.threshold
            named = targets[rows].argmax(axis=1) == labels
            row["target_names"] = float(np.mean(named))
            row["confident"] = float(np.mean(sure))
            if data.true is not None:
                right = data.given[rows] == labels
                row["observed_names"] = float(np.mean(right))
                row["target_gain"] = _in_standard_errors(named.astype(float) - right)
            row |= self._trust(targets)
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
        points, known = self.run.data.marks  # type: ignore[misc]  # LA-Net has them
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
    ) -> Iterator[tuple[Float[np.ndarray, "B ..."], dict[str, Neighborhood]]]:
        """Predicted landmarks and neighbourhoods of each batch."""
        run, rows = self.run, self._rows
        places = mesh_lib.own_rows(self.mesh, run.reading.batch)
        points, known = self._landmarks
        sharding = NamedSharding(self.mesh, P("data"))
        images = eval_batches(run.data.train.take(rows), run.reading, places)
        for step, batch in enumerate(images):
            own = step * run.reading.batch + places
            batch |= {
                "id": rows[own].astype(np.int32),
                "label": run.data.given[rows[own]].astype(np.int32),
                "landmarks": points[own],
                "present": known[own],
            }
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
        against = (points, known, eyes)
        constant = landmark_points.record_errors(mean_shape, *against)
        gains = constant - landmark_points.record_errors(predicted, *against)
        return {
            "landmark_error": landmark_points.mean_error(predicted, *against),
            "landmark_error_mean_shape": landmark_points.mean_error(mean_shape, *against),
            "landmark_gain": _in_standard_errors(gains[np.isfinite(gains)]),
        }

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
            spread = sum(own.var(ddof=1) / len(own) for own in of.values()) ** 0.5
            row["trust_gain"] = _over(row["trust_right"] - row["trust_wrong"], spread)
        return row


def of(run: Run, mesh: Mesh) -> Spaces | None:
    """The measurement for a run; None for a method that has no parts to measure."""
    return Spaces(run, mesh) if isinstance(behind(run.method)[0], LANet) else None


def _of_space(
    name: str,
    space: Neighborhood,
    labels: Int[np.ndarray, " B"],
    of_record: Int[np.ndarray, " N"],
) -> dict[str, np.ndarray]:
    """Measures one space: values for each neighbour, or for each record that has neighbours."""
    records, exists, shares, mean, unweighted = space
    any_exists = exists.any(axis=1)
    same = of_record[records] == labels[:, None]
    return {
        f"{name}_labels": labels[any_exists],
        f"{name}_share": same[exists].astype(float),
        f"{name}_names": (mean.argmax(axis=1) == labels)[any_exists].astype(float),
        f"{name}_unweighted_names": (unweighted.argmax(axis=1) == labels)[any_exists].astype(float),
        f"{name}_effective_neighbors": 1 / np.sum(shares[any_exists] ** 2, axis=1),
    }


def _chance(labels: Int[np.ndarray, " M"]) -> float:
    """The share of all pairs of records that have the same label."""
    counts = np.bincount(labels)
    return float(np.sum(counts * (counts - 1)) / max(len(labels) * (len(labels) - 1), 1))


def _in_standard_errors(gains: Float[np.ndarray, " M"]) -> float:
    """The mean over records in standard errors of it; nan if all records gain the same."""
    if not len(gains):
        return np.nan
    return _over(gains.mean(), gains.std(ddof=1) / len(gains) ** 0.5 if len(gains) > 1 else 0.0)


def _over(gain: float, spread: float) -> float:
    """A gain in standard errors; nan if it is one without any spread."""
    return float(gain / spread) if spread else np.nan if gain else 0.0
