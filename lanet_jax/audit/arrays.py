"""The audit of plain arrays: `lanet_jax.audit_labels`. No run, no config, no device."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from lanet_jax import metrics
from lanet_jax.audit import pool, probe
from lanet_jax.audit.judgement import NO_SUGGESTION, Judgement, judge
from lanet_jax.errors import UserError

PROBABILITIES = "probabilities"
_SUM_TOLERANCE = 1e-2
_NONE = {"None", "nan", "<NA>", "NaT"}  # as Python, NumPy and pandas write it
_FEWEST = 10  # records; fewer are too few to estimate a share from


class Row(NamedTuple):
    """One record of the ranked table.

    Attributes:
      index: its place in the labels that were handed in.
      given: its label.
      suggested: the class suggested in its place; "" where none is.
      doubted: whether another class is likelier than the given one.
      score: 1 - belief in the given label: the higher, the more doubtful.
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
      classes: class names.
      beliefs: label distributions from witnesses that had not seen the label they judge.
      views: the distributions of each witness.
      weights: weight of each witness in `beliefs`.
      judgement: the verdict on the audit itself, the noise, and what is suggested.
    """

    given: Int[np.ndarray, " N"]
    classes: tuple[str, ...]
    beliefs: Float[np.ndarray, "N C"]
    views: dict[str, Float[np.ndarray, "N C"]]
    weights: dict[str, float]
    judgement: Judgement

    @property
    def score(self) -> Float[np.ndarray, " N"]:
        """1 - belief in the given label, in the records' order."""
        return metrics.suspicion(self.beliefs, self.given)

    @property
    def order(self) -> Int[np.ndarray, " N"]:
        """Places of the records, the most doubtful first."""
        return np.argsort(-self.score, kind="stable")

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
    folds: int = 5,
    seed: int = 0,
) -> LabelAudit:
    """Ranks labels by how wrong they look, and suggests others where that is safe.

    For each feature space, logistic regressions predict the records that they were not fitted to;
    `probabilities` are one more witness. The witnesses are pooled with the weights that make the
    observed labels likeliest. What the pool is worth is measured before anything is suggested:
    read `summary` first.

    Args:
      labels: observed labels of N records: names, or numbers from 0.
      probabilities: from a model that was not trained on these labels, or out of fold.
      features: features of the records, or several spaces by name.
      classes: class names in the order of the columns and numbers; if empty, the labels' own.
      folds: number of parts, each held out in turn.
      seed: seed of the folds.

    Returns:
      The records, the most doubtful first, with what was found about all of them.

    Raises:
      UserError: an argument is not such an array, or they do not fit together.
    """
    given, classes = _labels(labels, classes, probabilities)
    if features is None and probabilities is None:
        raise UserError("nothing to judge the labels by: give features, probabilities or both")
    if not isinstance(folds, int | np.integer) or folds < 2:
        raise UserError(f"folds={folds}: a whole number of 2 or more was expected")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise UserError(f"seed={seed}: a whole number of 0 or more was expected")
    check_enough(len(given), len(classes), len(np.unique(given)))
    spaces = features if isinstance(features, Mapping) else {"features": features}
    if probabilities is None and all(values is None for values in spaces.values()):
        raise UserError("features: there is no space of them, nor probabilities; give one of both")
    part = probe.folds(given, min(folds, len(given)), seed)
    if PROBABILITIES in spaces:
        raise UserError(f"features: {PROBABILITIES!r} is no space; call it otherwise")
    views = {
        name: probe.out_of_fold(_numbers(values, name, len(given)), given, len(classes), part)
        for name, values in spaces.items()
        if values is not None
    }
    if probabilities is not None:
        views[PROBABILITIES] = _distributions(probabilities, len(given), len(classes))
    return combine(views, given, classes)


def check_enough(records: int, classes: int, used: int) -> None:
    """Refuses what nothing can be told of, before it costs time.

    Args:
      records: N.
      classes: C.
      used: how many of them some record has.

    Raises:
      UserError: there are too few records or classes, or too many classes.
    """
    if records < _FEWEST:
        raise UserError(f"{records} labels are too few to audit: {_FEWEST} or more are needed")
    if classes < 2:
        raise UserError("there is one class, and two are needed: no label could be another one")
    if 2 * used > records:
        raise UserError(
            f"{used} classes of {records} labels: nothing can be learnt of a class by one record; "
            "are these the classes?"
        )


def combine(
    views: Mapping[str, Float[np.ndarray, "N C"]],
    given: Int[np.ndarray, " N"],
    classes: Sequence[str],
    how: str = "out of fold",
) -> LabelAudit:
    """Pools the beliefs of several witnesses and judges the labels by them.

    Args:
      views: beliefs by witness, none of which has seen the label it judges.
      given: observed labels.
      classes: class names.
      how: how the beliefs were obtained, for the verdict's sentence.

    Returns:
      The audit.
    """
    share = pool.weights(list(views.values()), given)
    beliefs = np.tensordot(share, np.stack(list(views.values())), axes=1)
    # A class with one record cannot be learnt without that record: unless a network knows the
    # class, the label stands.
    unknown = np.bincount(given, minlength=len(classes))[given] < 2
    knowing = views.get(PROBABILITIES, np.eye(len(classes))[given])
    beliefs[unknown] = knowing[unknown]
    asked = ~unknown if PROBABILITIES not in views else None  # what stands was not guessed
    judgement = judge(beliefs, beliefs, given, how, asked)
    weights = dict(zip(views, share.tolist(), strict=True))
    return LabelAudit(given, tuple(classes), beliefs, dict(views), weights, judgement)


def _labels(
    labels: Sequence[int] | Sequence[str] | np.ndarray,
    classes: Sequence[str],
    probabilities: np.ndarray | None,
) -> tuple[Int[np.ndarray, " N"], tuple[str, ...]]:
    found = np.asarray(labels)
    if found.dtype.kind == "O" and all(isinstance(label, int | np.integer) for label in found):
        found = found.astype(int)  # of pandas' Int64
    names = tuple(map(str, classes))
    if found.ndim != 1 or found.dtype.kind not in "iuUO":
        raise UserError(
            f"labels: one name or one number from 0 a record was expected, found {found.dtype} "
            f"{list(found.shape)}"
        )
    if len(set(names)) < len(names):
        raise UserError("classes: a name stands twice; name each class once")
    if found.dtype.kind in "iu":
        columns = 0 if np.ndim(probabilities) != 2 else np.shape(probabilities)[1]  # type: ignore[arg-type]  # None has no columns
        highest = int(found.max(initial=0))
        names = names or tuple(str(c) for c in range(max(columns, highest + 1)))
        if found.min(initial=0) < 0 or highest >= len(names):
            wrong = found.min() if found.min() < 0 else highest
            raise UserError(f"labels: {wrong} is not one of the {len(names)} classes, from 0")
        return found.astype(int), names
    none = next((i for i, label in enumerate(found) if _is_none(label)), None)
    if none is not None:
        raise UserError(f"labels: record {none} has none ({found[none]}); leave it out or name it")
    texts = [str(label) for label in found]
    if not names and probabilities is not None:
        raise UserError("classes: name them in the order of the columns of probabilities")
    names = names or tuple(sorted(set(texts)))
    place = {name: c for c, name in enumerate(names)}
    strange = next((text for text in texts if text not in place), None)
    if strange is not None:
        raise UserError(f"labels: {strange!r} is not one of the classes {', '.join(names)}")
    return np.array([place[text] for text in texts]), names


def _is_none(label: object) -> bool:
    return not isinstance(label, str) and str(label) in _NONE


def _numbers(values: np.ndarray, name: str, records: int) -> Float[np.ndarray, "N D"]:
    found = np.asarray(values)
    if found.ndim != 2 or len(found) != records or found.dtype.kind not in "fiub":
        raise UserError(
            f"{name}: [{records}, ...] numbers were expected, one row a label, found "
            f"{found.dtype} {list(found.shape)}"
        )
    if not found.shape[1]:
        raise UserError(f"{name}: [{records}, 0], rows without a number")
    with np.errstate(over="ignore"):
        found = found.astype(np.float32)
    if not np.isfinite(found).all():
        row = int(np.flatnonzero(~np.isfinite(found).all(axis=1))[0])
        raise UserError(f"{name}: row {row} is not finite (in float32); leave it out or fill it in")
    return found


def _distributions(values: np.ndarray, records: int, classes: int) -> Float[np.ndarray, "N C"]:
    found = _numbers(values, PROBABILITIES, records)
    if found.shape[1] != classes:
        raise UserError(f"{PROBABILITIES}: {found.shape[1]} columns for {classes} classes")
    sums = found.sum(axis=1)
    if found.min() < 0 or np.abs(sums - 1).max() > _SUM_TOLERANCE:
        raise UserError(f"{PROBABILITIES}: rows must not be negative and must sum to 1")
    return found / sums[:, None]
