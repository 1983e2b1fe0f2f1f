"""Reads what `lanet evaluate` wrote about the network that is exported."""

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.errors import UserError
from lanet_jax.run.paths import EvaluationFolder
from lanet_jax.trained import network_fingerprint
from lanet_jax.trained.load import Trained


@dataclasses.dataclass(frozen=True)
class Evaluated:
    """What a network predicts for the records of a split.

    Attributes:
      probabilities: class probabilities, [N, C]; rows sum to 1.
      labels: index of each record's label, [N].
      temperature: by which the evaluated network divides its logits; 1 for a run's own.
    """

    probabilities: Float[np.ndarray, "N C"]
    labels: Int[np.ndarray, " N"]
    temperature: float = 1.0


def read(option: str, folder: Path, trained: Trained) -> Evaluated:
    """Reads an evaluation of a network.

    Args:
      option: the option that names the folder, for errors: `--calibrate`.
      folder: folder of the evaluation, `WORKDIR/evaluation/SPLIT`.
      trained: the network that it evaluated.

    Returns:
      Its predictions and labels.

    Raises:
      UserError: the folder is not an evaluation, or of another network, checkpoint or other
        classes, or of one whose classes are balanced.
    """
    classes, advice = trained.card["classes"], "name a folder that `lanet evaluate` wrote"
    files = EvaluationFolder(folder)
    try:
        known = json.loads(files.metrics.read_text())
        step, network = known["step"], known.get("network", "")
        temperature = float(known.get("temperature", 1.0))
        with files.predictions.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        labels = np.array([classes.index(row["label"]) for row in rows])
        probabilities = np.array([[float(row[name]) for name in classes] for row in rows])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{option}={folder}: no evaluation ({error}); {advice}") from None
    if not rows:
        raise UserError(f"{option}={folder}: evaluates no record; {advice}")
    if step != trained.step:
        raise UserError(
            f"{option}={folder}: of step {step}, and step {trained.step} is exported; run "
            f"`lanet evaluate --step={trained.step}` first"
        )
    # Evaluations by older versions do not name their network.
    if network and network != network_fingerprint.of_weights(trained):
        raise UserError(
            f"{option}={folder}: of another network; give an evaluation of the one that is "
            "exported, or run `lanet evaluate` again"
        )
    if "balance_power" in known:
        raise UserError(
            f"{option}={folder}: of a network whose classes are balanced, which hides how frequent "
            "it takes them to be; evaluate the run or the file that it was exported from"
        )
    return Evaluated(probabilities, labels, temperature)
