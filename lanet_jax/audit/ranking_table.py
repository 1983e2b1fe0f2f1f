"""The audit as text: `audit.csv`, and the lines that are printed."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from lanet_jax.audit.findings import Comparison, Findings
from lanet_jax.files.atomic import write_csv
from lanet_jax.from_config.data import Data
from lanet_jax.label_noise.judgement import NO_SUGGESTION, Judgement
from lanet_jax.label_noise.noise_estimate import NoiseEstimate, scaled
from lanet_jax.label_noise.ranking import PROBE, Quality, Ranking, order
from lanet_jax.label_noise.verdict import Level

_PAIRS, _RARE = 5, 0.001  # pairs that are printed, and the least share of the records for one


def write(
    path: Path,
    data: Data,
    ranking: Ranking,
    chosen: str,
    judged: Judgement,
    targets: Float[np.ndarray, "N C"],
    neighbors: Float[np.ndarray, "N C"],
) -> None:
    """Writes a row for each training record, the most suspicious first.

    Args:
      path: `audit.csv`.
      data: the audited records, in the order of the scores.
      ranking: their scores; nan makes an empty cell.
      chosen: the score that orders the rows.
      judged: the judgement by that score. `suggested` is empty where none is made; `verdict`, the
        audit's sentence about itself, is in the first row only.
      targets: target distributions: a column `target:CLASS` for each class.
      neighbors: shares of the neighbours' observed labels: columns `neighbors:CLASS`.
    """
    train = data.train
    header = ["id", "name", "given", "suggested"]
    header += [] if data.true is None else ["true"]
    header += list(ranking.scores)
    header += [f"{kind}:{name}" for kind in ("target", "neighbors") for name in train.classes]
    header += [f"votes:{name}" for name in train.vote_names] + ["verdict"]
    rows = _rows(data, ranking, chosen, judged, np.hstack([targets, neighbors]))
    write_csv(path, header, rows)


def _rows(
    data: Data,
    ranking: Ranking,
    chosen: str,
    judged: Judgement,
    shares: Float[np.ndarray, "N 2C"],
) -> Iterator[list[Any]]:
    train, classes = data.train, data.train.classes
    for place, row in enumerate(order(ranking.scores[chosen])):
        suggested = judged.suggested[row]
        other = "" if suggested == NO_SUGGESTION else classes[suggested]
        cells = [row, train.names[row], classes[data.given[row]], other]
        cells += [] if data.true is None else [classes[data.true[row]]]
        scores = [score[row] for score in ranking.scores.values()]
        cells += ["" if np.isnan(score) else f"{score:.6f}" for score in scores]
        cells += [f"{p:.6f}" for p in shares[row]]
        cells += [] if train.votes is None else train.votes[row].tolist()
        yield [*cells, judged.summary if place == 0 else ""]


def summary_text(
    data: Data, found: Findings, chosen: str, comparison: Comparison | None, where: str
) -> str:
    """Says how many labels seem to be wrong, and which.

    Args:
      data: the audited records.
      found: scores, judgements and label noise of the records.
      chosen: the score that orders the records.
      comparison: cleanlab's answer, if it was asked.
      where: where the records come from, as in "training labels at step 10".

    Returns:
      Lines.
    """
    judged = found.judgements[chosen]
    lines = [f"{len(data.train):,} {where}", judged.summary]
    if data.true is not None:
        lines.append(f"known to be wrong: {np.mean(data.given != data.true):.1%}")
    if judged.verdict.level is Level.SUGGESTIONS:
        observed = np.bincount(data.given, minlength=len(data.train.classes)) > 0
        lines += _confusions(found.noise, judged.noise.estimate or 0, observed, data.train.classes)
    if found.unchecked and chosen != PROBE:
        lines.append(
            "caution: after so many epochs this network, and its expression space with it, repeats "
            "labels that it memorised, and a run without a landmark space has no other witness: "
            "expect more wrong labels, and audit a run of method lanet, or one of fewer epochs"
        )
    if comparison is not None:
        count = comparison.covered.sum()
        lines.append(
            f"cleanlab estimates that {comparison.cleanlab.rate:.1%} of the labels are wrong, of "
            f"the {count:,} records that have out-of-sample probabilities"
            + ("" if data.true is None else "; the scores below are for these")
        )
    return "\n".join(lines)


def quality_text(qualities: Mapping[str, Quality], chosen: str, k: int) -> str:
    """How well each score finds the known wrong labels, as a table.

    Args:
      qualities: the measures of each score.
      chosen: the score that is marked.
      k: number of first records that the lift is measured on.

    Returns:
      Lines.
    """
    columns = (" AUROC", "avg. precision", "precision at #wrong", f"lift at {k}")
    lines = [" " * 28 + "".join(f"  {column}" for column in columns)]
    for name, values in qualities.items():
        shown = (f"  {v:{len(c)}.4f}" for c, v in zip(columns, values, strict=True))
        lines.append(f"{'*' if name == chosen else ' '} {name:26}" + "".join(shown))
    return "\n".join(lines)


def _confusions(
    estimate: NoiseEstimate, rate: float, observed: Bool[np.ndarray, " C"], classes: Sequence[str]
) -> list[str]:
    chance = scaled(estimate, rate)
    share = estimate.prior[:, None] * chance * (1 - np.eye(len(chance))) * observed[None]
    first = np.argsort(-share, axis=None, kind="stable")[:_PAIRS]
    pairs = np.dstack(np.unravel_index(first, share.shape))[0]
    said = [
        f"{classes[j]} labelled {classes[i]} {chance[j, i]:.0%}"
        for j, i in pairs
        if share[j, i] >= _RARE
    ]
    if not said:
        return []
    return [
        f"most frequent confusions, estimated, in percent of the right class: {', '.join(said)}"
    ]
