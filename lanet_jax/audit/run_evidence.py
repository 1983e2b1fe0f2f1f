"""What a run knows of itself, and what that leaves of a verdict on its labels."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from lanet_jax import metrics
from lanet_jax.audit.beliefs import Beliefs
from lanet_jax.audit.verdict import Level, Verdict
from lanet_jax.from_config.data import HOLDOUT, Data
from lanet_jax.run import metrics_log

_LEAST_ACCURACY = 0.5  # a network that names fewer rightly suggests more wrong labels than right


class Trial(NamedTuple):
    """How a run does on records that it does not train on.

    Attributes:
      split: their name.
      accuracy: share that it names rightly.
      records: how many there are.
      commonest: share of their commonest class.
    """

    split: str
    accuracy: float
    records: int
    commonest: float


class Evidence(NamedTuple):
    """What a run knows of itself at the step that is audited.

    Attributes:
      visits: mean number of times that a record was trained on.
      repeated: share of the given labels that its network names.
      agreement: share of the records of which the neighbours in both spaces think alike; None with
        one space.
      tested: on the split with most records that was evaluated by then; None without one.
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
            split, accuracy, records, commonest = self.tested
            low, high = metrics.wilson(accuracy, records)
            parts.append(
                f", and it names {accuracy:.0%} of {split} rightly (95% interval {low:.0%} to "
                f"{high:.0%}; always the commonest class: {commonest:.0%})"
            )
        return "".join(parts) + "."


def gather(
    workdir: Path,
    seen: Beliefs,
    votes: Mapping[str, Float[np.ndarray, "N C"]],
    data: Data,
    visits: float,
) -> Evidence:
    """Collects it.

    Args:
      workdir: of the run.
      seen: what the checkpoint says.
      votes: of the neighbours, by space.
      data: of the run.
      visits: of a record.

    Returns:
      The evidence.
    """
    guesses = [vote.argmax(axis=1) for vote in votes.values()]
    pairs = list(itertools.pairwise(guesses))
    return Evidence(
        visits=visits,
        repeated=float(np.mean(seen.probabilities.argmax(axis=1) == data.given)),
        agreement=float(np.mean([a == b for a, b in pairs])) if pairs else None,
        tested=_tested(workdir, seen.step, data),
    )


def temper(decided: Verdict, known: Evidence, unchecked: bool) -> Verdict:
    """Takes back what the run itself speaks against.

    Args:
      decided: by the labels of the neighbours.
      known: of the run.
      unchecked: it may have memorised its labels, and no space of it did not.

    Returns:
      The verdict, with the evidence in its sentence.
    """
    levels = [decided.level]
    if known.tested is not None:
        low, _ = metrics.wilson(known.tested.accuracy, known.tested.records)
        if low <= known.tested.commonest:
            levels.append(Level.NOTHING)
        elif known.tested.accuracy < _LEAST_ACCURACY:
            levels.append(Level.RANKING)
    if unchecked:
        levels.append(Level.RANKING)
    return Verdict(min(levels, key=list(Level).index), f"{known} {decided.reason}")


def _tested(workdir: Path, step: int, data: Data) -> Trial | None:
    splits = sorted(data.evaluate, key=lambda name: (name == HOLDOUT, -len(data.evaluate[name])))
    rows = metrics_log.read(workdir) if splits else []
    for name in splits:
        own = [row for row in rows if row["split"] == name and row["step"] <= step]
        records = data.evaluate[name]
        if own and len(records):
            common = float(np.bincount(records.labels).max() / len(records))
            return Trial(name, float(own[-1]["accuracy"]), len(records), common)
    return None
