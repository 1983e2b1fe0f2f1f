"""Temperature scaling: calibrates a network's probabilities on an evaluation."""

import csv
import dataclasses
import json
import math
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize_scalar

from lanet_jax import metrics
from lanet_jax.errors import UserError
from lanet_jax.methods.classifier import PART
from lanet_jax.run.paths import EvaluationFolder
from lanet_jax.trained import network_fingerprint
from lanet_jax.trained.load import Trained

_LEAST = 5e-7  # predictions.csv has six decimals
_WIDEST = 20.0  # largest temperature considered, and the inverse of the smallest


@dataclasses.dataclass(frozen=True)
class Temperature:
    """The fitted temperature, and how well it fits.

    Attributes:
      value: T, by which the logits are divided.
      records: number of records that it was fitted on.
      error: expected calibration error on these, before.
      error_after: the same with divided logits.
    """

    value: float
    records: int
    error: float
    error_after: float


def fit(
    probabilities: Float[np.ndarray, "N C"], labels: Int[np.ndarray, " N"]
) -> tuple[float, Float[np.ndarray, "N C"]]:
    """Finds the temperature with the least negative log-likelihood.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.

    Args:
      probabilities: class probabilities; rows sum to 1.
      labels: index of each record's true class.

    Returns:
      T, and the probabilities of the logits divided by it.
    """
    log_p = np.log(np.maximum(probabilities, _LEAST))

    def divided(log_t: float) -> Float[np.ndarray, "N C"]:
        scaled = log_p / math.exp(log_t)
        p = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return p / p.sum(axis=1, keepdims=True)

    bound = math.log(_WIDEST)
    found = minimize_scalar(
        lambda log_t: metrics.negative_log_likelihood(divided(log_t), labels),
        bounds=(-bound, bound),
        method="bounded",
    )
    return math.exp(found.x), divided(found.x)


def of_evaluation(folder: Path, trained: Trained) -> Temperature:
    """Fits the temperature on what `lanet_jax.evaluate` wrote.

    Args:
      folder: folder of the evaluation, `WORKDIR/evaluation/SPLIT`.
      trained: the network that it evaluated.

    Returns:
      The temperature.

    Raises:
      UserError: the folder is not an evaluation, or of another network, checkpoint or other
        classes.
    """
    classes, advice = trained.card["classes"], "name a folder that `lanet evaluate` wrote"
    files = EvaluationFolder(folder)
    try:
        known = json.loads(files.metrics.read_text())
        step, network = known["step"], known.get("network", "")
        with files.predictions.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        labels = np.array([classes.index(row["label"]) for row in rows])
        probabilities = np.array([[float(row[name]) for name in classes] for row in rows])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"--calibrate={folder}: no evaluation ({error}); {advice}") from None
    if not rows:
        raise UserError(f"--calibrate={folder}: evaluates no record; {advice}")
    if step != trained.step:
        raise UserError(
            f"--calibrate={folder}: of step {step}, and step {trained.step} is exported; run "
            f"`lanet evaluate --step={trained.step}` first"
        )
    # Evaluations by older versions do not name their network.
    if network and network != network_fingerprint.of_weights(trained):
        raise UserError(
            f"--calibrate={folder}: of another network; give an evaluation of the one that is "
            "exported, or run `lanet evaluate` again"
        )
    value, after = fit(probabilities, labels)
    before, then = (metrics.calibration(p, labels)[0] for p in (probabilities, after))
    return Temperature(value, len(rows), before, then)


def divided(trained: Trained, by: Temperature, split: str) -> Trained:
    """Divides the logits of a network by a temperature.

    Args:
      trained: the network. Its logits are linear in the layer `fc`, whose weights are divided.
      by: temperature of the logits before any division.
      split: split that it was fitted on, for the card.

    Returns:
      The network, with "temperature" in its card.
    """
    # What was evaluated is a run's own network; that of a model file may be divided already.
    further = by.value / trained.card.get("temperature", 1.0)
    fc = {name: value / further for name, value in trained.params[PART]["fc"].items()}
    params = {**trained.params, PART: {**trained.params[PART], "fc": fc}}
    card = {**trained.card, "temperature": by.value, "temperature_of": split}
    return dataclasses.replace(trained, params=params, card=card)
