"""The audit of plain arrays: `lanet_jax.audit_labels`. No run, no config, no device."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax import metrics
from lanet_jax.errors import UserError
from lanet_jax.label_noise import (
    array_checks,
    array_labels,
    exchanged,
    noise_range,
    pool,
    probe,
    ranking,
    repeated,
    same_faces,
)
from lanet_jax.label_noise.array_checks import PROBABILITIES
from lanet_jax.label_noise.judgement import NO_SUGGESTION, Judgement, decide, measure


class Row(NamedTuple):
    """One record of the ranked table.

    Attributes:
      index: its place in the labels that were handed in.
      given: its observed label.
      suggested: the class suggested in its place; "" where none is.
      doubted: whether another class is likelier than the observed one.
      score: 1 - belief in the observed label: the higher, the more doubtful.
    """

    index: int  # type: ignore[assignment]  # hides a tuple's method, which nobody needs
    given: str
    suggested: str
    doubted: bool
    score: float


@dataclasses.dataclass(frozen=True)
class LabelAudit(Sequence[Row]):
    """What was found about each label: a sequence of rows, the most doubtful first.

    Attributes:
      given: observed labels, as indices into `classes`.
      classes: class names, in the order of their indices.
      beliefs: label distributions from witnesses that had not seen the label they judge.
      views: the distributions of each witness.
      weights: weight of each witness in `beliefs`; 0 for probabilities that repeat the labels.
      groups: number of the group that each record was held out with, such as copies of it.
      judgement: the verdict on the audit itself, the noise, and what is suggested.
    """

    given: Int[np.ndarray, " N"]
    classes: tuple[str, ...]
    beliefs: Float[np.ndarray, "N C"]
    views: dict[str, Float[np.ndarray, "N C"]]
    weights: dict[str, float]
    groups: Int[np.ndarray, " N"]
    judgement: Judgement

    @property
    def score(self) -> Float[np.ndarray, " N"]:
        """1 - belief in the observed label, in the records' order."""
        return metrics.suspicion(self.beliefs, self.given)

    @property
    def order(self) -> Int[np.ndarray, " N"]:
        """Places of the records, the most doubtful first."""
        return ranking.order(self.score)

    @property
    def summary(self) -> str:
        """What was found, in a sentence or two, as the command and its page say it."""
        return self.judgement.summary

    def __len__(self) -> int:
        return len(self.given)

    def __getitem__(self, place: int | slice) -> Row | list[Row]:  # type: ignore[override]  # not overloaded
        if isinstance(place, slice):
            return [self._row(i) for i in self.order[place]]
        return self._row(self.order[place])

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self.order)

    def _row(self, i: int) -> Row:
        suggested = self.judgement.suggested[i]
        return Row(
            index=int(i),
            given=self.classes[self.given[i]],
            suggested="" if suggested == NO_SUGGESTION else self.classes[suggested],
            doubted=bool(self.judgement.doubted[i]),
            score=float(1 - self.beliefs[i, self.given[i]]),
        )


def audit_labels(
    labels: Sequence[int] | Sequence[str] | np.ndarray,
    probabilities: Float[np.ndarray, "N C"] | None = None,
    features: Float[np.ndarray, "N D"] | Mapping[str, np.ndarray] | None = None,
    classes: Sequence[str] = (),
    *,
    groups: Sequence[int] | Sequence[str] | np.ndarray | None = None,
    folds: int = 5,
    seed: int = 0,
) -> LabelAudit:
    """Ranks labels by how wrong they look, as `lanet_jax.audit_labels` documents.

    For each feature space, logistic regressions predict the records that they were not fitted to;
    `probabilities` are one more witness. The witnesses are pooled with the weights that make the
    observed labels likeliest. What the pool is worth is measured before anything is suggested.
    """
    spaces = array_checks.spaces(features, probabilities)
    array_checks.check_rows(
        {"labels": labels, PROBABILITIES: probabilities, **spaces, "groups": groups}
    )
    given, classes = array_labels.labels(labels, classes, probabilities)
    if not isinstance(folds, int | np.integer) or folds < 2:
        raise UserError(f"folds={folds}: a whole number of 2 or more was expected")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise UserError(f"seed={seed}: a whole number of 0 or more was expected")
    array_checks.check_enough(len(given), len(classes), len(np.unique(given)))
    read = {
        name: array_checks.features(values, name, len(given)) for name, values in spaces.items()
    }
    group = same_faces.of(list(read.values())) if read else np.arange(len(given))
    if groups is not None:
        group = same_faces.joined(array_checks.groups(groups, len(given)), group)
    apart = len(np.unique(group))
    if apart < 2:
        raise UserError(f"groups: all {len(given)} records are in one: none can be held out")
    part = probe.folds(given, min(folds, apart), seed, group)
    # Nothing can learn a class for a fold that holds all of it.
    unknown = ~same_faces.shared(given, part) if read else np.zeros(len(given), bool)
    views = {
        name: probe.out_of_fold(values, given, len(classes), part) for name, values in read.items()
    }
    if probabilities is not None:
        views[PROBABILITIES] = array_checks.distributions(probabilities, len(given), len(classes))
    elif unknown.all():
        raise UserError(
            f"no class has records in two of the {apart} groups: nothing can be learned about one "
            "record from another"
        )
    return _combine(views, given, classes, unknown, group)


def _combine(
    views: Mapping[str, Float[np.ndarray, "N C"]],
    given: Int[np.ndarray, " N"],
    classes: Sequence[str],
    unknown: Bool[np.ndarray, " N"],
    groups: Int[np.ndarray, " N"],
) -> LabelAudit:
    """Pools what several witnesses believe, none of which has seen the label that it judges."""
    heard, how, repeat = _heard(views, given, unknown)
    network = heard.get(PROBABILITIES)
    judged = ~unknown if network is None else np.ones(len(given), bool)
    known = given[judged]
    weights = pool.weights([view[judged] for view in heard.values()], known)
    beliefs = np.tensordot(weights, np.stack(list(heard.values())), axes=1)
    if network is not None:  # it may know what no other record tells
        beliefs[unknown] = network[unknown]
    _rank_in_the_middle(beliefs, ~judged, given)
    caution = ""
    if network is not None:
        caution = repeated.CAUTION if repeat else exchanged.told(network, given, classes)
    independent = same_faces.effective(groups[judged])
    standing = measure(beliefs, given, how, judged, independent, caution)
    judgement = decide(standing, beliefs, given)
    if repeat:
        judgement = dataclasses.replace(judgement, noise=noise_range.UNKNOWN)
    shares = dict.fromkeys(views, 0.0) | dict(zip(heard, weights.tolist(), strict=True))
    return LabelAudit(given, tuple(classes), beliefs, dict(views), shares, groups, judgement)


def _heard(
    views: Mapping[str, Float[np.ndarray, "N C"]],
    given: Int[np.ndarray, " N"],
    unknown: Bool[np.ndarray, " N"],
) -> tuple[dict[str, Float[np.ndarray, "N C"]], str, bool]:
    """The witnesses with a vote, how they know, and whether one of them repeats the labels."""
    network = views.get(PROBABILITIES)
    taught = {name: view for name, view in views.items() if name != PROBABILITIES}
    if unknown.all():
        taught = {}
    how = "out of fold" if taught else "by the probabilities given"
    if network is None:
        return dict(views), how, False
    learned = [
        float(np.mean(view.argmax(axis=1) == given, where=~unknown)) for view in taught.values()
    ]
    repeats = repeated.share(network, given, learned)
    if repeats is None or not taught:
        return dict(views), how, repeats is not None
    how += (  # it would outvote those that have not seen the labels
        f", and without the probabilities given, which repeat {repeats:.0%} of the labels (were "
        "they trained on them?)"
    )
    return taught, how, False


def _rank_in_the_middle(
    beliefs: Float[np.ndarray, "N C"],
    unjudged: Bool[np.ndarray, " N"],
    given: Int[np.ndarray, " N"],
) -> None:
    """Believes labels that nobody can judge more than half of the others, so they come between."""
    if unjudged.any():
        trust = float(np.median(beliefs[~unjudged, given[~unjudged]]))
        counts = np.bincount(given, minlength=beliefs.shape[1]).astype(float)
        other = np.tile(counts, (int(unjudged.sum()), 1))
        np.put_along_axis(other, given[unjudged, None], 0, axis=1)
        beliefs[unjudged] = (1 - trust) * other / other.sum(axis=1, keepdims=True)
        beliefs[unjudged, given[unjudged]] = trust
