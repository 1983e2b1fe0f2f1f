"""Names the evaluated splits of several runs, so that one name means one test set."""

from collections.abc import Sequence

from lanet_jax.report.run_files import RunFiles
from lanet_jax.run import split_names
from lanet_jax.run.summary import HOLDOUT

HELD_OUT = "held out, by observed labels"  # beside the name of what such a split judges


def differ(runs: Sequence[RunFiles]) -> bool:
    """Whether the runs are evaluated on different datasets."""
    return len({frozenset(data for _, data in _sets(run).values()) for run in runs}) > 1


def names(runs: Sequence[RunFiles]) -> list[dict[str, str]]:
    """What the evaluated splits of runs are called beside each other.

    Args:
      runs: one or more runs.

    Returns:
      For each run the name of every split that it has results of, by its name in the run's own log:
      the same or, where the datasets differ, "SPLIT of DATASET".
    """
    apart = differ(runs)
    found = []
    for run in runs:
        sets = _sets(run) if apart else {}
        splits = [split for split in run.summary if split != "labels"]
        found.append({s: " of ".join(sets[s]) if s in sets else s for s in splits})
    return found


def _sets(run: RunFiles) -> dict[str, tuple[str, str]]:
    """Split and dataset of what the run's config evaluates, by its name in the run's log."""
    data = run.config["data"]
    splits, datasets = data.get("test_split", ()), data.get("test", ())
    tested = zip(splits, datasets, strict=True)
    sets = dict(zip(split_names.tested(datasets, splits), tested, strict=True))
    if data.get("holdout") or not sets:
        sets[HOLDOUT] = (HOLDOUT, run.data)
    return sets
