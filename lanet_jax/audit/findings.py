"""Everything an audit finds, before it is written down."""

import dataclasses
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax.audit import (
    beliefs,
    confident_learning,
    judgement,
    noise_estimate,
    noise_range,
    ranking,
    run_evidence,
    verdict,
)
from lanet_jax.audit import dataset_neighbors as neighbors
from lanet_jax.audit.arrays import LabelAudit
from lanet_jax.audit.beliefs import Beliefs
from lanet_jax.audit.confident_learning import Cleanlab
from lanet_jax.audit.judgement import Judgement
from lanet_jax.audit.noise_estimate import NoiseEstimate
from lanet_jax.audit.ranking import Quality, Ranking
from lanet_jax.audit.witnesses import Witnesses
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import Data

# What a target still holds of its record's own label, decay**visits, below which it is a witness.
_FORGOTTEN = 0.05


@dataclasses.dataclass(frozen=True)
class Findings:
    """What an audit finds.

    Attributes:
      seen: what the checkpoint says.
      neighbors: shares of the given labels of each record's neighbours.
      candidates: rows that may be neighbours.
      ranking: scores of every record.
      noise: which class seems to be given which label.
      judgements: by score, what may be said of the labels by it.
      unchecked: the run was long enough to memorise labels, and has no landmark space that did not.
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
      cleanlab: what it says of these.
    """

    covered: Bool[np.ndarray, " N"]
    cleanlab: Cleanlab


def find(c: Config, workdir: Path, step: str, data: Data, candidates: int) -> Findings:
    """Audits a run.

    Args:
      c: its config.
      workdir: its folder.
      step: of the checkpoint.
      data: its data.
      candidates: records that may be neighbours, at most.

    Returns:
      What was found.

    Raises:
      UserError: there is no such checkpoint, or it is not whole.
    """
    seen = beliefs.read(c, workdir, step, data, mesh_lib.make(c.optim.batch_size))
    among = neighbors.candidates(len(data.train), candidates)
    classes = len(data.train.classes)
    spaces = {
        space: neighbors.vote(features, data.given, classes, among)
        for space, features in seen.features.items()
    }
    votes = np.mean(list(spaces.values()), axis=0)
    visits = seen.step * c.optim.batch_size / len(data.train)
    late = c.lde.decay**visits < _FORGOTTEN
    forgotten = late and "landmark" in spaces
    # By then the network has also had time to memorise labels, and neighbours in its expression
    # space repeat them; targets and landmark space do not.
    witness = (seen.targets + spaces["landmark"]) / 2 if forgotten else votes
    noise = noise_estimate.estimate(witness, data.given)
    own_view = seen.targets if forgotten else seen.probabilities
    ranked = ranking.rank(seen.targets, own_view, votes, data.given, noise.spread)
    unchecked = late and not forgotten
    skill = verdict.skill(witness, data.given)
    share = noise_range.estimate(witness, data.given)
    known = run_evidence.gather(workdir, seen, spaces, data, visits)
    decided = run_evidence.temper(
        verdict.judge(skill, share, classes, "by their neighbours"), known, unchecked
    )
    return Findings(
        seen=seen,
        neighbors=votes,
        candidates=among,
        ranking=ranked,
        noise=noise,
        judgements={
            name: judgement.decide(decided, skill, share, believed, data.given)
            for name, believed in ranked.beliefs.items()
        },
        unchecked=unchecked,
    )


def without_run(witnesses: Witnesses, audit: LabelAudit, candidates: int) -> Findings:
    """The same of faces that nothing was trained on.

    Args:
      witnesses: that the audit rests on.
      audit: of their labels.
      candidates: records that may be neighbours, at most.

    Returns:
      What was found; targets are what the witnesses believe together.
    """
    given, classes = audit.given, len(audit.classes)
    among = neighbors.candidates(len(given), candidates)
    spaces = witnesses.features.values()
    votes = np.mean([neighbors.vote(f, given, classes, among) for f in spaces], axis=0)
    noise = noise_estimate.estimate(audit.beliefs, given)
    ranked = ranking.rank(audit.beliefs, audit.beliefs, votes, given, noise.spread)
    seen = Beliefs(audit.beliefs, audit.beliefs, witnesses.features, {}, 0)
    judged = judgement.decide_all(audit.judgement, ranked.beliefs, given)
    return with_probe(Findings(seen, votes, among, ranked, noise, judged, False), audit)


def with_probe(found: Findings, audit: LabelAudit) -> Findings:
    """Adds the score that needs no training beside the others.

    Args:
      found: what was found.
      audit: of the same labels.

    Returns:
      All of it.
    """
    ranked = ranking.Ranking(
        {ranking.PROBE: audit.score, **found.ranking.scores},
        {ranking.PROBE: audit.beliefs, **found.ranking.beliefs},
    )
    judged = {ranking.PROBE: audit.judgement, **found.judgements}
    return dataclasses.replace(found, ranking=ranked, judgements=judged)


def with_comparison(found: Findings, comparison: Comparison) -> Findings:
    """Adds cleanlab's scores to the table; the ranking itself is none of theirs.

    Args:
      found: what was found.
      comparison: its scores are nan for records that it was not asked about.

    Returns:
      All of it.
    """
    scores = {}
    for name, own in comparison.cleanlab.scores.items():
        scores[name] = np.full(len(comparison.covered), np.nan)
        scores[name][comparison.covered] = own
    ranked = dataclasses.replace(found.ranking, scores={**found.ranking.scores, **scores})
    return dataclasses.replace(found, ranking=ranked)


def compare(probabilities: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"]) -> Comparison:
    """Puts the same question to cleanlab.

    Args:
      probabilities: out of sample, nan for records without any.
      given: labels.

    Returns:
      What it says.

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
      found: our scores.
      comparison: cleanlab's, if it was asked.
      wrong: which labels are wrong.
      k: records of the lift.

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
