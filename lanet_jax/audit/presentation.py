"""From what was found to the review page."""

import hashlib
from pathlib import Path

import numpy as np
from jaxtyping import Int

from lanet_jax.audit import dataset_neighbors, noise_estimate, review_page
from lanet_jax.audit import suspects as cards
from lanet_jax.audit.findings import Findings
from lanet_jax.audit.ranking import CONSENSUS, Quality, order
from lanet_jax.audit.review_page import Flips
from lanet_jax.audit.suspects import Why
from lanet_jax.from_config.data import Data
from lanet_jax.report import page as report_page
from lanet_jax.report import run_files
from lanet_jax.report.charts import percent, thousandths
from lanet_jax.report.section import Tile

_BARS = {
    False: "the label distribution that training aimed at",
    True: "the mean of the run's own view (the label distribution that training aimed at, or early "
    "in a run the network's probabilities) and of the given labels of "
    f"the {dataset_neighbors.VOTERS} nearest faces in each space, the record's own label left out; "
    "another class counts the more, the oftener it seems to be taken for the given one",
}


def suspects(
    found: Findings, rank: str, given: Int[np.ndarray, "N"], limit: int
) -> Int[np.ndarray, "R"]:
    """The records to look at, the most suspicious first.

    Args:
      found: what was found.
      rank: the score that orders them.
      given: labels.
      limit: at most so many.

    Returns:
      Rows; a record whose given label is the likeliest is none, however unsure.
    """
    rows = order(found.ranking.scores[rank])
    doubted = found.ranking.beliefs[rank].argmax(axis=1) != given
    return rows[doubted[rows]][:limit]


def write(
    workdir: Path,
    data: Data,
    found: Findings,
    rank: str,
    limit: int,
    shown_neighbors: int,
    quality: Quality | None,
) -> Path:
    """Writes `audit.html`.

    Args:
      workdir: folder of the run.
      data: its data.
      found: what was found.
      rank: the score that orders the suspects.
      limit: suspects on the page.
      shown_neighbors: of each suspect and space.
      quality: of the score, where the truth is known.

    Returns:
      The page.
    """
    rows = suspects(found, rank, data.given, limit)
    belief = found.ranking.beliefs[rank]
    classes = len(data.train.classes)
    chance = found.noise.flips
    if data.true is not None:
        chance = noise_estimate.count(data.true, data.given, classes)
    count = np.zeros((classes, classes), int)
    np.add.at(count, (belief[rows].argmax(axis=1), data.given[rows]), 1)
    path = workdir / "audit.html"
    review_page.write(
        path,
        key=_key(workdir),
        heading=f"Suspected labels: {report_page.title(run_files.read(workdir))}",
        note=f"Bars: {_BARS[rank == CONSENSUS]}.",
        tiles=_tiles(data, found, rank, len(rows), quality),
        flips=Flips(chance, count, data.true is not None),
        payload=cards.cards(
            data, rows, found.ranking.scores[rank], belief, why(found, rows, shown_neighbors)
        ),
    )
    return path


def why(found: Findings, rows: Int[np.ndarray, "R"], k: int) -> dict[str, Why]:
    """The nearest neighbours of suspects in every space, with what each contributes.

    Args:
      found: what was found.
      rows: suspects.
      k: how many.

    Returns:
      Neighbours by space; empty without suspects.
    """
    result = {}
    for space, features in found.seen.features.items() if len(rows) else ():
        blocks = list(dataset_neighbors.nearest(features, rows, found.candidates, k))
        index, similarity = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        params = found.seen.contribution.get(space)
        weight = dataset_neighbors.contributions(params, features, rows, index) if params else None
        result[space] = Why(index, similarity, weight)
    return result


def _tiles(
    data: Data, found: Findings, rank: str, shown: int, quality: Quality | None
) -> list[Tile]:
    doubted = found.ranking.beliefs[rank].argmax(axis=1) != data.given
    tiles = [
        Tile("Training records", f"{len(data.given):,}", f"at step {found.seen.step}"),
        Tile("Suspects here", f"{shown:,}", f"of {doubted.sum():,}; most suspicious by {rank}"),
        Tile("Wrong, estimated", percent(found.noise.rate), "from the clearest records"),
    ]
    if data.true is not None:
        tiles.append(
            Tile("Wrong, known", percent(np.mean(data.given != data.true)), "of the given labels")
        )
    if quality is not None:
        tiles.append(Tile("AUROC", thousandths(quality.auroc), "of finding them; 0.5 is chance"))
    return tiles


def _key(workdir: Path) -> str:
    # Decisions belong to the labels that were doubted, whatever is found in a later audit.
    labels = (workdir / "labels.csv").read_bytes()
    return hashlib.sha256((workdir / "config.json").read_bytes() + labels).hexdigest()[:16]
