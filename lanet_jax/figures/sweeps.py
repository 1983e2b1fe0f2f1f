"""From runs to sweep curves: finds fields that were varied while all others stayed the same."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flax.traverse_util import flatten_dict

from lanet_jax.figures.sweep import Curve
from lanet_jax.report.run_files import RunFiles, read
from lanet_jax.run.paths import RunFolder

# Fields whose 0 is no number: all records, the common rate, no resizing.
_ZERO_IS_OTHERWISE = ("data.limit", "optim.head_learning_rate", "data.stored_size")
# Fields that do not change a result, or that differ between the seeds of a point.
_IGNORED = ("seed", "noise.", "data.dir", "data.threads", "train.", "profile.")


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
    rate has a curve of its own, as in the paper.

    Args:
      runs: the runs; unfinished ones are left out.

    Returns:
      Curves by field, in the order of the config. The accuracy is the mean of the last five epochs
      on the first evaluated split.
    """
    table = [({**_settings(run), "noise": run.noise}, run) for run in runs if _is_finished(run)]
    keys = dict.fromkeys(key for settings, _ in table for key in settings)
    varied = [key for key in keys if len({settings.get(key) for settings, _ in table}) > 1]
    found: dict[str, list[Curve]] = {}
    for field in varied:
        values = [settings.get(field) for settings, _ in table]
        if not all(map(_is_number, values)) or (field in _ZERO_IS_OTHERWISE and 0 in values):
            continue
        groups: dict[tuple, dict[float, list[float]]] = defaultdict(lambda: defaultdict(list))
        for settings, run in table:
            others = tuple((key, settings.get(key)) for key in varied if key != field)
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
    flat = flatten_dict(run.config, sep=".") | {"method": run.method}
    return {key: value for key, value in flat.items() if not key.startswith(_IGNORED)}


def _is_finished(run: RunFiles) -> bool:
    done, wanted = run.epochs
    return done >= wanted and bool(run.tested)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _accuracy(run: RunFiles) -> float:
    return run.summary[run.tested[0]]["last5"]


def _label(others: tuple[tuple[str, Any], ...], differing: set[str]) -> str:
    named = ("noise", "method")  # their values speak for themselves
    parts = [
        str(value) if key in named else f"{key} {value}"
        for key, value in others
        if key in differing
    ]
    return ", ".join(parts)
