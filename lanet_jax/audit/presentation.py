"""Turns findings into the review page."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from lanet_jax import metrics
from lanet_jax.audit import cards, dataset_neighbors, review_page
from lanet_jax.audit.cards import Why
from lanet_jax.audit.findings import Findings
from lanet_jax.audit.options import Options
from lanet_jax.audit.review_page import Transitions
from lanet_jax.from_config.data import Data
from lanet_jax.label_noise import noise_estimate
from lanet_jax.label_noise.judgement import NO_SUGGESTION
from lanet_jax.label_noise.ranking import CONSENSUS, PROBE, Quality, order
from lanet_jax.label_noise.verdict import Level
from lanet_jax.report import page as report_page
from lanet_jax.report import run_files
from lanet_jax.report.charts import percent, thousandths
from lanet_jax.report.section import Tile
from lanet_jax.run.paths import RunFolder

_RUN = (
    "the mean of the run's own view (the label distribution that training aimed at, or early in a "
    "run the network's probabilities) and of the observed labels of "
    f"the {dataset_neighbors.VOTERS} nearest faces in each space, the record's own label left out; "
    "another class counts more, the more often it seems to be mistaken for the observed one"
)
_TARGETS = "the label distribution that training aimed at"


class Page(NamedTuple):
    """What a page is about.

    Attributes:
      path: the `audit.html` to write.
      table: the `audit.csv` beside it.
      key: key under which the browser keeps the decisions.
      heading: title of the page.
      where: where the records come from, as in "at step 10".
      basis: what the probe's beliefs rest on, and why.
      choice: why the records have this order, in a sentence; "" if the user chose it.
    """

    path: Path
    table: Path
    key: str
    heading: str
    where: str
    basis: str
    choice: str = ""


def of_run(workdir: Path, step: int, basis: str, choice: str) -> Page:
    """The page of a run: decisions belong to its labels, whatever a later audit finds.

    Args:
      workdir: work folder of the run.
      step: step of the audited checkpoint.
      basis: see `Page`.
      choice: see `Page`.

    Returns:
      The page's description.
    """
    files = RunFolder(workdir)
    return Page(
        path=files.audit_page,
        table=files.audit_table,
        key=_key(files.config.read_bytes(), files.labels.read_bytes()),
        heading=f"Suspected labels: {report_page.title(run_files.read(workdir))}",
        where=f"at step {step}",
        basis=basis,
        choice=choice,
    )


def of_faces(out: Path, source: str, data: Data, basis: str) -> Page:
    """The page of faces without a run: decisions belong to names and labels, wherever these lie.

    Args:
      out: folder of the page.
      source: where the faces come from, for the title.
      data: the faces and their labels.
      basis: see `Page`.

    Returns:
      The page's description.
    """
    labels = zip(data.train.names, data.given.tolist(), strict=True)
    told = json.dumps([data.train.classes, *labels])
    return Page(
        path=out / "audit.html",
        table=out / "audit.csv",
        key=_key(told.encode()),
        heading=f"Suspected labels: {source}",
        where="without a run",
        basis=basis,
    )


def suspects(
    found: Findings, rank: str, given: Int[np.ndarray, " N"], limit: int
) -> Int[np.ndarray, " R"]:
    """The records to look at, the most suspicious first.

    Args:
      found: the audit, with a score named `rank`.
      rank: the score that orders them.
      given: observed label of each record, an index into the classes.
      limit: the most rows to return.

    Returns:
      Row numbers. A record whose observed label is the likeliest is not a suspect, however unsure.
    """
    rows = order(found.ranking.scores[rank])
    return rows[found.judgements[rank].doubted[rows]][:limit]


def write(
    page: Page,
    data: Data,
    found: Findings,
    options: Options,
    quality: Quality | None,
) -> Path:
    """Writes `audit.html`.

    Args:
      page: path, heading and sentences of the page.
      data: the audited records, in the order of `found`.
      found: scores, judgements and neighbours of the records.
      options: what the page shows; its `rank` is a score of `found`.
      quality: how well the score finds wrong labels, where the true labels are known.

    Returns:
      The path of the page.
    """
    rank = options.rank
    rows = suspects(found, rank, data.given, options.limit)
    belief, judged = found.ranking.beliefs[rank], found.judgements[rank]
    classes = len(data.train.classes)
    chance = None
    if data.true is not None:
        chance = noise_estimate.count(data.true, data.given, classes)
    elif judged.verdict.level is Level.SUGGESTIONS:
        chance = noise_estimate.scaled(found.noise, judged.noise.estimate or 0)
    suggesting = rows[judged.suggested[rows] != NO_SUGGESTION]
    count = metrics.confusion(data.given[suggesting], judged.suggested[suggesting], classes)
    review_page.write(
        page.path,
        key=page.key,
        heading=page.heading,
        verdict=judged.summary,
        note=f"{page.choice} Bars: {_bars(page, found, rank)}.".strip(),
        tiles=_tiles(page, data, found, rank, len(rows), quality),
        transitions=None if chance is None else Transitions(chance, count, data.true is not None),
        payload=cards.cards(
            data,
            rows,
            found.ranking.scores[rank],
            belief,
            judged.suggested,
            why(found, rows, options.neighbors),
        ),
    )
    return page.path


def why(found: Findings, rows: Int[np.ndarray, " R"], k: int) -> dict[str, Why]:
    """The nearest neighbours of suspects in every space, with what each contributes.

    Args:
      found: the audit, with features by space and candidates.
      rows: row numbers of the suspects.
      k: number of neighbours.

    Returns:
      Neighbours by space; empty without suspects.
    """
    result = {}
    for space, features in found.seen.features.items() if len(rows) else ():
        blocks = list(dataset_neighbors.nearest(features, rows, found.candidates, k))
        index, similarity = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        params, weight = found.seen.contribution.get(space), None
        if params:
            exists = np.isfinite(similarity)
            weight = dataset_neighbors.contributions(params, features, rows, index, exists)
        result[space] = Why(index, similarity, weight)
    return result


def _bars(page: Page, found: Findings, rank: str) -> str:
    if rank == PROBE or not found.seen.step:
        voters = ", with the observed labels of its nearest faces" if rank == CONSENSUS else ""
        return page.basis + voters
    return _RUN if rank == CONSENSUS else _TARGETS


def _tiles(
    page: Page, data: Data, found: Findings, rank: str, shown: int, quality: Quality | None
) -> list[Tile]:
    judged = found.judgements[rank]
    suggested = int(np.sum(judged.suggested != NO_SUGGESTION))
    tiles = [Tile("Labelled records", f"{len(data.given):,}", page.where)]
    if judged.verdict.level is not Level.NOTHING:  # a zero would read as "none is doubtful"
        tiles += [
            Tile("Doubtful, shown", f"{shown:,}", f"of {judged.doubted.sum():,}, by {rank}"),
            Tile("With a suggestion", f"{suggested:,}", "the others are doubtful, no more"),
        ]
    if judged.noise.estimate is not None:
        ends = f"at least {judged.noise.at_least:.0%}, at most {judged.noise.at_most:.0%}"
        tiles.append(Tile("Wrong, estimated", percent(judged.noise.estimate), ends))
    if data.true is not None:
        tiles.append(
            Tile(
                "Wrong, known", percent(np.mean(data.given != data.true)), "of the observed labels"
            )
        )
    if quality is not None:
        tiles.append(Tile("AUROC", thousandths(quality.auroc), "of finding them; 0.5 is chance"))
    return tiles


def _key(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]
