"""What an audit leaves as text: `audit.csv`, and the lines that are printed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lanet_jax.audit.findings import Comparison, Findings
from lanet_jax.audit.noise_estimate import NoiseEstimate
from lanet_jax.audit.ranking import Quality, Ranking, order
from lanet_jax.files.atomic import write_csv
from lanet_jax.from_config.data import Data

_PAIRS = 5


def write(
    path: Path,
    data: Data,
    ranking: Ranking,
    chosen: str,
    targets: Float[np.ndarray, "N C"],
    neighbors: Float[np.ndarray, "N C"],
) -> None:
    """Writes a row for each training record, the most suspicious first.

    Args:
      path: `audit.csv`.
      data: of the run.
      ranking: scores.
      chosen: the score that orders the rows and suggests the label.
      targets: the target distributions: a column `target:CLASS` for each.
      neighbors: shares of the neighbours' given labels: columns `neighbors:CLASS`.
    """
    train = data.train
    header = ["id", "name", "given", "suggested"]
    header += [] if data.true is None else ["true"]
    header += list(ranking.scores)
    header += [f"{kind}:{name}" for kind in ("target", "neighbors") for name in train.classes]
    header += [f"votes:{name}" for name in train.vote_names]
    write_csv(path, header, _rows(data, ranking, chosen, np.hstack([targets, neighbors])))


def _rows(
    data: Data, ranking: Ranking, chosen: str, shares: Float[np.ndarray, "N 2C"]
) -> Iterator[list[Any]]:
    train, classes = data.train, data.train.classes
    suggested = ranking.beliefs[chosen].argmax(axis=1)
    for row in order(ranking.scores[chosen]):
        cells = [row, train.names[row], classes[data.given[row]], classes[suggested[row]]]
        cells += [] if data.true is None else [classes[data.true[row]]]
        cells += [f"{score[row]:.6f}" for score in ranking.scores.values()]
        cells += [f"{p:.6f}" for p in shares[row]]
        cells += [] if train.votes is None else train.votes[row].tolist()
        yield cells


def summary_text(data: Data, found: Findings, comparison: Comparison | None) -> str:
    """How many labels seem to be wrong, and which, in words."""
    known = "" if data.true is None else f", {np.mean(data.given != data.true):.1%} known"
    lines = [
        f"{len(data.train):,} training labels at step {found.seen.step}",
        f"estimated to be wrong: {found.noise.rate:.1%}{known}",
        _commonest(found.noise, data.train.classes),
    ]
    if found.unchecked:
        lines.append(
            "caution: after so many epochs this network, and its expression space with it, repeats "
            "labels that it memorised, and a run without landmark space has no other witness: "
            "expect more wrong labels, and audit a run of method lanet, or one of fewer epochs"
        )
    if comparison is not None:
        count = comparison.covered.sum()
        lines.append(
            f"cleanlab estimates {comparison.cleanlab.rate:.1%} of the {count:,} records that have "
            "out-of-sample probabilities; the scores below are of these"
        )
    return "\n".join(lines)


def quality_text(qualities: Mapping[str, Quality], chosen: str, k: int) -> str:
    """How well each score finds the known wrong labels, as a table.

    Args:
      qualities: by score.
      chosen: the score that is marked.
      k: records of the lift.

    Returns:
      Lines.
    """
    columns = (" AUROC", "avg. precision", "precision at #wrong", f"lift at {k}")
    lines = [" " * 28 + "".join(f"  {column}" for column in columns)]
    for name, values in qualities.items():
        shown = (f"  {v:{len(c)}.4f}" for c, v in zip(columns, values, strict=True))
        lines.append(f"{'*' if name == chosen else ' '} {name:26}" + "".join(shown))
    return "\n".join(lines)


def _commonest(estimate: NoiseEstimate, classes: Sequence[str]) -> str:
    share = estimate.prior[:, None] * estimate.flips
    np.fill_diagonal(share, 0)
    pairs = np.dstack(np.unravel_index(np.argsort(-share, axis=None)[:_PAIRS], share.shape))[0]
    said = (f"{classes[j]} given {classes[i]} {estimate.flips[j, i]:.0%}" for j, i in pairs)
    return "commonest: " + ", ".join(said)
