"""Finds parts of LA-Net that do not work, from the rows of split "spaces"."""

import math

from lanet_jax.run.metrics_log import Row

SPACES = ("expression", "landmark")
_ERRORS = 2  # standard errors that make a difference measurable


def idle(rows: list[Row]) -> list[str]:
    """Writes a line for each part that is not measurably better than chance at the end of a run.

    A part that is measurably worse is said to be so.

    Args:
      rows: rows of `metrics.jsonl`.

    Returns:
      The lines; empty for a run without such rows.
    """
    own = [row for row in rows if row["split"] == "spaces"]
    if not own:
        return []
    last = own[-1]
    # Rows of older versions have only the number and the chance of all records.
    before = {
        f"{space}_{name}": last[name] for space in SPACES for name in ("records", "chance_share")
    }
    row = {"commonest_share": last["chance_share"], **before, **last}
    spaces = [line for space in SPACES for line in _space(row, space)]
    return [*spaces, *_network(row), *_targets(row), *_trust(row)]


def _space(row: Row, space: str) -> list[str]:
    lines = []
    share = row.get(f"{space}_share")
    count, chance = row[f"{space}_records"], row[f"{space}_chance_share"]
    # Records without landmarks have no neighbours in landmark space.
    some = f"; {count:,} of {row['records']:,} measured records have neighbours there"
    some = some if count < row["records"] else ""
    if not count:
        lines.append(f"{space} space is empty: no measured record has neighbours there")
    if share is not None and (gain := _gain(share, chance, count)) < _ERRORS:
        lines.append(
            f"{space} space is {_than(gain)} than chance: {share:.2f} of a record's "
            f"neighbours share its label, {chance:.2f} would at random{some}"
        )
    scores = row.get(f"{space}_score_gain")
    if scores is not None and scores < _ERRORS:
        lines.append(
            f"the scores of {space} space are {_than(scores)} than equal weights: its "
            f"neighbours name {row[f'{space}_names']:.2f} of the labels, "
            f"{row[f'{space}_unweighted_names']:.2f} if all count alike{some}"
        )
    return lines


def _network(row: Row) -> list[str]:
    error, constant = row.get("landmark_error"), row.get("landmark_error_mean_shape")
    if error is None or constant is None:
        return []
    # Rows of older versions have no gain.
    gain = row.get("landmark_gain", _ERRORS if error < constant else 0)
    if gain >= _ERRORS:
        return []
    return [
        f"the landmark network is {_than(gain)} than the mean face: its error is "
        f"{error:.2f}, the mean face's {constant:.2f}"
    ]


def _targets(row: Row) -> list[str]:
    if "target_names" not in row:
        return []
    names, majority = row["target_names"], row["commonest_share"]
    if (gain := _gain(names, majority, row["records"])) < _ERRORS:
        return [
            f"the targets are {_than(gain)} than always naming the majority class: they name "
            f"{names:.2f} of the labels, that one {majority:.2f}"
        ]
    # They start at the observed labels, and so name as many without having learned anything.
    observed, gain = row.get("observed_names", 1.0), row.get("target_gain", _ERRORS)
    if observed < 1 and gain < _ERRORS:
        return [
            f"the targets are {_than(gain)} than the observed labels: they name "
            f"{names:.2f} of the true labels, the observed ones {observed:.2f}"
        ]
    return []


def _trust(row: Row) -> list[str]:
    gain = row.get("trust_gain", _ERRORS)
    if gain >= _ERRORS:
        return []
    return [
        f"trust is {_than(gain, 'higher', 'lower')} in right labels than in wrong ones: "
        f"{row['trust_right']:.2f} and {row['trust_wrong']:.2f}"
    ]


def _than(gain: float, better: str = "better", worse: str = "worse") -> str:
    """How a part compares that gains fewer than `_ERRORS` standard errors."""
    return f"measurably {worse}" if gain <= -_ERRORS else f"not measurably {better}"


def _gain(share: float, chance: float, records: int) -> float:
    """By how many standard errors a share exceeds chance; nothing exceeds a share of 1."""
    error = (chance * (1 - chance) / records) ** 0.5
    return (share - chance) / error if error and share < 1 else math.inf
