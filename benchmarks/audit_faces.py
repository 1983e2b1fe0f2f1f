"""Measures the audit without a run on faces whose labels are made wrong on purpose.

`python -m benchmarks.audit_faces SOURCE --split=valid` prints the tables of docs/audit.md. Use
faces that the network was not trained on: for the bundled one, the valid split of FERPlus.
"""

import argparse
import itertools
from collections import defaultdict
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from benchmarks.audit_simulation import FIRST_SEED, Outcome, mislabel, outcome, row
from lanet_jax import metrics
from lanet_jax.audit import labelled_faces, witnesses
from lanet_jax.label_noise import confident_learning
from lanet_jax.label_noise.array_checks import PROBABILITIES
from lanet_jax.label_noise.of_arrays import LabelAudit, audit_labels
from lanet_jax.label_noise.ranking import order
from lanet_jax.shipped import SHIPPED


def rarity(given: Int[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """1 - share of the observed class: a score that finds wrong labels without looking at faces."""
    return 1 - np.bincount(given)[given] / len(given)


def scores(audit: LabelAudit) -> tuple[dict[str, Float[np.ndarray, " N"]], float]:
    """Computes the scores of an audit to compare.

    Args:
      audit: the audit.

    Returns:
      Scores [N] of rarity, each witness, all witnesses together and cleanlab, by name; and the
      share of wrong labels that cleanlab estimates.
    """
    given = audit.given
    found = {"rarity": rarity(given)}
    found |= {name: metrics.suspicion(view, given) for name, view in audit.views.items()}
    asked = confident_learning.ask(audit.beliefs, given)
    return {**found, "together": audit.score, **asked.scores}, asked.rate


def main() -> None:
    """Prints two tables: the audits' outcomes, and how well each score finds wrong labels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--split", default="valid")
    parser.add_argument("--records", type=int, nargs="+", default=[60, 300, 1_000, 3_500])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--model", type=Path, default=SHIPPED)
    chosen = parser.parse_args()
    faces = labelled_faces.load(chosen.source, Path(), chosen.split)
    seen = witnesses.read(faces, chosen.model)
    said, found = [], defaultdict(list)
    cases = [("none", 0.0), *itertools.product(("symmetric", "asymmetric"), (0.1, 0.2, 0.4))]
    for records, (kind, rate) in itertools.product(chosen.records, cases):
        outcomes: list[Outcome] = []
        counted = []
        for seed in range(FIRST_SEED, FIRST_SEED + chosen.seeds):
            rng = np.random.default_rng([seed, records])
            rows = rng.permutation(len(faces))[:records]
            true = faces.labels[rows]
            given = mislabel(true, rate, kind, rng)
            audit = audit_labels(
                given,
                None if seen.probabilities is None else seen.probabilities[rows],
                {space: values[rows] for space, values in seen.features.items()},
                faces.classes,
            )
            outcomes.append(outcome(audit, true))
            ours, rate_of_cleanlab = scores(audit)
            counted.append(rate_of_cleanlab)
            wrong = given != true
            for name, score in ours.items() if rate else ():
                quality = metrics.auroc(wrong, score)
                first = wrong[order(score)][: wrong.sum()].mean()
                found[records, kind, rate, name].append((quality, first))
        said.append(f"| {records:,} | {kind} | {rate:.0%} {row(outcomes)} {np.mean(counted):.0%} |")
        print(said[-1], flush=True)
    print(f"\nscores ({PROBABILITIES}: those of the network)\n")
    for (records, kind, rate, name), values in found.items():
        quality, first = np.mean(values, axis=0)
        print(f"| {records:,} | {kind} | {rate:.0%} | {name} | {quality:.3f} | {first:.0%} |")


if __name__ == "__main__":
    main()
