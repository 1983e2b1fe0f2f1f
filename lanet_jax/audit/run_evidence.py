"""What a run says about itself, and how that tempers the verdict on its labels."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from lanet_jax import metrics
from lanet_jax.audit.beliefs import Beliefs
from lanet_jax.from_config.data import Data
from lanet_jax.label_noise.verdict import Level, Verdict
from lanet_jax.run import metrics_log
from lanet_jax.run.summary import HOLDOUT

_LEAST_ACCURACY = 0.5  # below it a network suggests more wrong labels than right ones


class Trial(NamedTuple):
    """How a run does on records that it does not train on.

    Attributes:
      split: its name, such as "test".
      accuracy: share of its records that the network classifies correctly.
      records: number of records evaluated.
      majority: share of its majority class.
    """

    split: str
    accuracy: float
    records: int
    majority: float


class Evidence(NamedTuple):
    """What a run says about itself at the audited step.

    Attributes:
      visits: mean number of times that a record was trained on.
      repeated: share of the observed labels that the network predicts.
      agreement: of the records that have neighbours in both spaces, the share for which these vote
        for one class; None with a single space.
      tested: result on the largest split evaluated so far, a test split before the held-out one;
        None if there is none.
    """

    visits: float
    repeated: float
    agreement: float | None
    tested: Trial | None

    def __str__(self) -> str:
        parts = [f"After {self.visits:.1f} visits a record the run repeats {self.repeated:.0%}"]
        parts.append(" of the training labels")
        if self.agreement is not None:
            parts.append(f", its two spaces agree on {self.agreement:.0%}")
        if self.tested is not None:
            split, accuracy, records, majority = self.tested
            interval = metrics.interval(accuracy, records, ".0%")
            parts.append(
                f", and it names {accuracy:.0%} of {split} correctly (95% interval "
                f"{interval}; always the majority class: {majority:.0%})"
            )
        return "".join(parts) + "."


def gather(
    workdir: Path,
    seen: Beliefs,
    votes: Mapping[str, Float[np.ndarray, "N C"]],
    data: Data,
    visits: float,
) -> Evidence:
    """Collects the evidence.

    Args:
      workdir: work folder of the run.
      seen: what the checkpoint says.
      votes: shares of the neighbours' observed labels, by space; rows of 0 without neighbours.
      data: records and labels, with the evaluated splits.
      visits: mean number of times that a record was trained on.

    Returns:
      The evidence.
    """
    heard = np.all([vote.any(axis=1) for vote in votes.values()], axis=0)
    guesses = [vote[heard].argmax(axis=1) for vote in votes.values()]
    pairs = list(itertools.pairwise(guesses)) if heard.any() else []
    return Evidence(
        visits=visits,
        repeated=float(np.mean(seen.probabilities.argmax(axis=1) == data.given)),
        agreement=float(np.mean([a == b for a, b in pairs])) if pairs else None,
        tested=_tested(workdir, seen.step, data),
    )


def temper(decided: Verdict, known: Evidence, unchecked: bool) -> Verdict:
    """Lowers a verdict where the run itself gives reason to.

    Args:
      decided: the verdict by the neighbours' labels.
      known: accuracy on other records, repeated labels and visits, from `gather`.
      unchecked: the run may have memorised its labels, and has no landmark space as a check.

    Returns:
      The verdict, with the evidence in its sentence.
    """
    levels = [decided.level]
    if known.tested is not None:
        low, _ = metrics.wilson(known.tested.accuracy, known.tested.records)
        if low <= known.tested.majority:
            levels.append(Level.NOTHING)
        elif known.tested.accuracy < _LEAST_ACCURACY:
            levels.append(Level.RANKING)
    if unchecked:
        levels.append(Level.RANKING)
    return Verdict(min(levels), f"{known} {decided.reason}")


def _tested(workdir: Path, step: int, data: Data) -> Trial | None:
    splits = sorted(data.evaluate, key=lambda name: (name == HOLDOUT, -len(data.evaluate[name])))
    rows = metrics_log.read(workdir) if splits else []
    for name in splits:
        own = [row for row in rows if row["split"] == name and row["step"] <= step]
        records = data.evaluate[name]
        if own and len(records):
            majority = float(np.bincount(records.labels).max() / len(records))
            return Trial(name, float(own[-1]["accuracy"]), len(records), majority)
    return None
