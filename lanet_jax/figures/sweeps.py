"""From runs to sweep curves: finds fields that were varied while all others stayed the same."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flax.traverse_util import flatten_dict

from lanet_jax.figures.sweep import Curve
from lanet_jax.report.run_files import RunFiles, read
from lanet_jax.report.splits_of_runs import HELD_OUT
from lanet_jax.run.paths import RunFolder
from lanet_jax.run.summary import HOLDOUT

# Fields whose 0 is no number: all records, the common rate, no resizing.
_ZERO_IS_OTHERWISE = ("data.limit", "optim.head_learning_rate", "data.stored_size")
# Fields that do not change a result, or that differ between the seeds of a point.
_IGNORED = ("seed", "noise.", "data.dir", "data.threads", "train.", "profile.")
# What separates curves beside the fields; their values speak for themselves.
_NOISE, _JUDGED, _METHOD = "noise", "judged on", "method"


def runs_in(folder: Path) -> list[RunFiles]:
    """Reads the run of a work folder, or all runs in a study's folder.

    Args:
      folder: holds a run, or folders of runs at any depth.

    Returns:
      The runs, ordered by name; empty if there is none.
    """
    if RunFolder(folder).config.exists():
        return [read(folder)]
    return [read(path.parent) for path in sorted(folder.rglob(RunFolder(folder).config.name))]


def curves(runs: Iterable[RunFiles]) -> dict[str, list[Curve]]:
    """Makes a curve for each field and each setting of the others in which the field varies.

    Runs that differ only in their seeds are repetitions. The noise is never an axis: each kind and
    rate has a curve of its own, as in the paper. So has what judges the runs: a test split, or the
    holdout where there is none.

    Args:
      runs: the runs; unfinished ones are left out.

    Returns:
      Curves by field, in the order of the config. The accuracy is the mean of the last five epochs
      on the first split that judges a run.
    """
    table = [(_settings(run), run) for run in runs if _is_finished(run)]
    keys = dict.fromkeys(key for settings, _ in table for key in settings)
    varied = [key for key in keys if len({settings.get(key) for settings, _ in table}) > 1]
    axes = [key for key in varied if key != _JUDGED] + [_JUDGED]  # which a label always tells
    found: dict[str, list[Curve]] = {}
    for field in varied:
        values = [settings.get(field) for settings, _ in table]
        if not all(map(_is_number, values)) or (field in _ZERO_IS_OTHERWISE and 0 in values):
            continue
        groups: dict[tuple, dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
        for settings, run in table:
            others = tuple((key, settings.get(key)) for key in axes if key != field)
            groups[others][float(settings[field])].append(_accuracy(run))
        whole = {others: points for others, points in groups.items() if len(points) > 1}
        differing = {key for key in varied if len({dict(others).get(key) for others in whole}) > 1}
        drawn = [
            Curve(_label(others, differing), list(points.items()))
            for others, points in whole.items()
        ]
        if drawn:
            found[field] = sorted(drawn, key=lambda curve: curve.label)
    return found


def _settings(run: RunFiles) -> dict[str, Any]:
    flat = flatten_dict(run.config, sep=".") | {_METHOD: run.method}
    kept = {key: value for key, value in flat.items() if not key.startswith(_IGNORED)}
    judged = HELD_OUT if HOLDOUT in run.judged_on else ""
    return {**kept, _NOISE: run.noise, _JUDGED: judged}


def _is_finished(run: RunFiles) -> bool:
    done, wanted = run.epochs
    return done >= wanted and bool(run.judged_on)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _accuracy(run: RunFiles) -> float:
    return run.summary[run.judged_on[0]]["last5"]


def _label(others: tuple[tuple[str, Any], ...], differing: set[str]) -> str:
    parts = [
        str(value) if key in (_NOISE, _JUDGED, _METHOD) else f"{key} {value}"
        for key, value in others
        if key in differing or key == _JUDGED
    ]
    return ", ".join(filter(None, parts))
