"""Everything an audit finds, before it is written down."""

import dataclasses
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax.audit import beliefs, run_evidence
from lanet_jax.audit import dataset_neighbors as neighbors
from lanet_jax.audit.beliefs import Beliefs
from lanet_jax.audit.witnesses import Witnesses
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.errors import UserError
from lanet_jax.from_config import finished
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import Data, reading_back
from lanet_jax.label_noise import (
    confident_learning,
    judgement,
    noise_estimate,
    ranking,
    same_faces,
)
from lanet_jax.label_noise.confident_learning import Cleanlab
from lanet_jax.label_noise.judgement import Judgement
from lanet_jax.label_noise.noise_estimate import NoiseEstimate
from lanet_jax.label_noise.of_arrays import LabelAudit
from lanet_jax.label_noise.ranking import Quality, Ranking

# A target that holds less than this share of its observed label is a witness on that label.
_FORGOTTEN = 0.05


@dataclasses.dataclass(frozen=True)
class Findings:
    """What an audit finds.

    Attributes:
      seen: what the checkpoint says.
      neighbors: shares of the observed labels of each record's neighbours in all spaces.
      candidates: rows that may be neighbours.
      ranking: scores of every record.
      noise: estimated share of wrong labels, and which class is given which label.
      judgements: for each score, what it may say about the labels.
      unchecked: the run was long enough to memorise labels, and has no landmark space as a check.
    """

    seen: Beliefs
    neighbors: Float[np.ndarray, "N C"]
    candidates: Int[np.ndarray, " M"]
    ranking: Ranking
    noise: NoiseEstimate
    judgements: dict[str, Judgement]
    unchecked: bool


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The same records judged by cleanlab.

    Attributes:
      covered: records that have out-of-sample probabilities.
      cleanlab: cleanlab's answer for these.
    """

    covered: Bool[np.ndarray, " N"]
    cleanlab: Cleanlab


def find(c: Config, workdir: Path, step: str, data: Data, candidates: int) -> Findings:
    """Audits a run.

    Args:
      c: config of the run.
      workdir: its work folder.
      step: step of the checkpoint, or "last".
      data: records and labels of the run.
      candidates: the most records that may be neighbours.

    Returns:
      What was found.

    Raises:
      UserError: there is no such checkpoint, or it is incomplete.
    """
    seen = beliefs.read(c, workdir, step, data, mesh_lib.make(reading_back(c).batch))
    among = neighbors.candidates(len(data.train), candidates)
    classes = len(data.train.classes)
    groups = same_faces.of([seen.features["expression"]])
    spaces = {
        space: neighbors.vote(features, data.given, classes, among, groups)
        for space, features in seen.features.items()
    }
    votes = neighbors.together(list(spaces.values()))
    visits = finished.visits(c, seen.step, len(data.train))
    late = finished.remembered(c, visits) < _FORGOTTEN
    forgotten = late and "landmark" in spaces
    # By the time targets have forgotten the observed labels, the network may have memorised them,
    # and neighbours in its expression space repeat them; targets and landmark space do not.
    witness = neighbors.together([seen.targets, spaces["landmark"]]) if forgotten else votes
    noise = noise_estimate.estimate(witness, data.given)
    own_view = seen.targets if forgotten else seen.probabilities
    ranked = ranking.rank(seen.targets, own_view, votes, data.given, noise.off_diagonal)
    unchecked = late and not forgotten
    judged = same_faces.shared(data.given, groups)
    if not judged.any():
        raise UserError("no two different faces have one label: nothing can be learned from others")
    known = run_evidence.gather(workdir, seen, spaces, data, visits)
    standing = judgement.measure(
        witness,
        data.given,
        "by their neighbours",
        judged,
        same_faces.effective(groups[judged]),
        temper=lambda decided: run_evidence.temper(decided, known, unchecked),
    )
    return Findings(
        seen=seen,
        neighbors=votes,
        candidates=among,
        ranking=ranked,
        noise=noise,
        judgements=judgement.decide_all(standing, ranked.beliefs, data.given),
        unchecked=unchecked,
    )


def without_run(witnesses: Witnesses, audit: LabelAudit, candidates: int) -> Findings:
    """The findings about faces that no run was trained on.

    Args:
      witnesses: what the audit rests on.
      audit: the audit of the faces' labels.
      candidates: the most records that may be neighbours.

    Returns:
      What was found; its targets are the witnesses' pooled beliefs.
    """
    given, classes = audit.given, len(audit.classes)
    among = neighbors.candidates(len(given), candidates)
    spaces = witnesses.features.values()
    votes = neighbors.together(
        [neighbors.vote(f, given, classes, among, audit.groups) for f in spaces]
    )
    noise = noise_estimate.estimate(audit.beliefs, given)
    ranked = ranking.rank(audit.beliefs, audit.beliefs, votes, given, noise.off_diagonal)
    seen = Beliefs(audit.beliefs, audit.beliefs, witnesses.features, {}, 0)
    judged = judgement.decide_all(audit.judgement.standing, ranked.beliefs, given)
    return with_probe(Findings(seen, votes, among, ranked, noise, judged, False), audit)


def with_probe(found: Findings, audit: LabelAudit) -> Findings:
    """Adds the score that needs no training beside the others.

    Args:
      found: what was found without the probe.
      audit: the probe's audit of the same labels.

    Returns:
      Both together.
    """
    ranked = ranking.Ranking(
        {ranking.PROBE: audit.score, **found.ranking.scores},
        {ranking.PROBE: audit.beliefs, **found.ranking.beliefs},
    )
    judged = {ranking.PROBE: audit.judgement, **found.judgements}
    return dataclasses.replace(found, ranking=ranked, judgements=judged)


def with_comparison(found: Findings, comparison: Comparison) -> Findings:
    """Adds cleanlab's scores to the table; they do not change the ranking.

    Args:
      found: the audit without the comparison.
      comparison: its scores are nan for records that cleanlab did not score.

    Returns:
      Both together.
    """
    scores = {}
    for name, own in comparison.cleanlab.scores.items():
        scores[name] = np.full(len(comparison.covered), np.nan)
        scores[name][comparison.covered] = own
    ranked = dataclasses.replace(found.ranking, scores={**found.ranking.scores, **scores})
    return dataclasses.replace(found, ranking=ranked)


def compare(probabilities: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"]) -> Comparison:
    """Asks cleanlab about the records that have out-of-sample probabilities.

    Args:
      probabilities: out-of-sample probabilities; nan for records without any.
      given: observed label of each record, an index into the classes.

    Returns:
      cleanlab's answer.

    Raises:
      UserError: cleanlab is not installed.
    """
    covered = ~np.isnan(probabilities).any(axis=1)
    return Comparison(covered, confident_learning.ask(probabilities[covered], given[covered]))


def qualities(
    found: Findings, comparison: Comparison | None, wrong: Bool[np.ndarray, " N"], k: int
) -> dict[str, Quality]:
    """How well each score finds the known wrong labels, on the same records for all.

    Args:
      found: the audit, whose scores are judged.
      comparison: cleanlab's, if it was asked.
      wrong: which labels are wrong.
      k: number of first records that the lift is measured on.

    Returns:
      Quality by score; empty if no label is wrong, or all are.
    """
    covered = np.ones(len(wrong), bool) if comparison is None else comparison.covered
    scores = {name: score[covered] for name, score in found.ranking.scores.items()}
    if comparison is not None:
        scores |= comparison.cleanlab.scores
    wrong = wrong[covered]
    if wrong.all() or not wrong.any():
        return {}
    return {name: ranking.quality(wrong, score, k) for name, score in scores.items()}
