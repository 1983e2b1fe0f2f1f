"""From runs to curves: finds fields, or noise rates, that varied while all else stayed the same."""

import itertools
from collections import defaultdict
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Any

from flax.traverse_util import flatten_dict

from lanet_jax.figures.sweep import Curve
from lanet_jax.report.run_files import RunFiles, read
from lanet_jax.report.splits_of_runs import HELD_OUT
from lanet_jax.run.paths import RunFolder
from lanet_jax.run.summary import HOLDOUT

# Fields whose 0 is no number, and what it stands for.
_ZERO_IS_OTHERWISE = {
    "data.limit": "all records",
    "optim.head_learning_rate": "the rate of the other layers",
    "data.stored_size": "images as they are",
}
# Fields that do not change a result, or that differ between the seeds of a point.
_IGNORED = ("seed", "noise.", "data.dir", "data.threads", "train.", "profile.")
# What separates curves beside the fields; their values speak for themselves.
_NOISE, _JUDGED, _METHOD = "noise", "judged on", "method"

_KINDS = ("symmetric", "asymmetric")  # of noise that has a rate

Settings = dict[str, Any]
Points = list[tuple[float, list[float]]]
Whole = list[tuple[Settings, Points]]
Groups = dict[tuple, list[tuple[float, RunFiles]]]  # values and their runs, by all else


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

    Runs that differ only in their seeds are repetitions. The noise is no axis here: each kind and
    rate has a curve of its own, as in the paper. So has what judges the runs: a test split, or the
    holdout where there is none.

    Args:
      runs: the runs; unfinished ones are left out.

    Returns:
      Curves by field, in the order of the config. The accuracy is the mean of the last five epochs
      on the first split that judges a run.
    """
    table = _table(runs)
    varied = _varied(table)
    axes = [key for key in varied if key != _JUDGED] + [_JUDGED]  # which a label always tells
    found: dict[str, list[Curve]] = {}
    for field in varied:
        groups: Groups = defaultdict(list)
        for settings, run in _placed(field, table):
            others = tuple((key, settings.get(key)) for key in axes if key != field)
            groups[others].append((float(settings[field]), run))
        whole = _whole(groups)
        differing = _differing(whole, (*axes, _METHOD))
        if whole:
            drawn = [Curve(_label(told, differing), points) for told, points in whole]
            found[field] = sorted(drawn, key=lambda curve: curve.label)
    return found


def over_noise(runs: Iterable[RunFiles]) -> dict[str, list[Curve]]:
    """Makes a curve over the noise rate for each method and setting.

    Args:
      runs: the runs, as for `curves`. Those without added noise are at 0.

    Returns:
      Curves by the kind of noise and, of several training sets, by these; rates in percent.
    """
    table = _table(runs)
    keys = [key for key in _varied(table) if key != _NOISE]
    axes = [key for key in keys if key != _JUDGED] + [_JUDGED]
    sets = dict.fromkeys(run.data for _, run in table)
    found: dict[str, list[Curve]] = {}
    for kind, data in itertools.product(_KINDS, sets):
        groups: Groups = defaultdict(list)
        for settings, run in table:
            noise = run.config["noise"]
            if run.data == data and noise["kind"] in (kind, "none"):
                rate = 100 * noise["rate"] if noise["kind"] == kind else 0.0
                groups[tuple((key, settings.get(key)) for key in axes)].append((rate, run))
        whole = _whole(groups)
        names = [told[_METHOD] for told, _ in whole]
        differing = {_METHOD}  # which says what else differs, unless two have the same name
        if len(set(names)) < len(names):
            differing |= _differing(whole, axes)
        if whole:
            title = f"{data}: " * (len(sets) > 1) + f"{kind} noise (%)"
            found[title] = [Curve(_label(told, differing), points) for told, points in whole]
    return found


def left_out(runs: Iterable[RunFiles], drawn: Container[str]) -> list[str]:
    """Says which runs have no place on the axis of a field that varies.

    Args:
      runs: the runs, as for `curves`.
      drawn: the fields that have curves.

    Returns:
      A sentence for each such field.
    """
    table = _table(runs)
    return [
        f"Runs with {field}=0 ({_ZERO_IS_OTHERWISE[field]}) are not on the curves over {field}, "
        "which have no place for them"
        for field in _varied(table)
        if field in drawn and field in _ZERO_IS_OTHERWISE
        if any(settings.get(field) == 0 for settings, _ in table)
    ]


def varied_with(field: str, runs: Iterable[RunFiles]) -> list[str]:
    """Which other fields keep a field from a curve.

    Args:
      field: a field that has no curve.
      runs: the runs, as for `curves`.

    Returns:
      The fields in which the two most similar runs with different numbers of it differ as well;
      empty if it has a single number.
    """
    placed = _placed(field, _table(runs))
    pairs = [
        [key for key in one if key != field and one[key] != other.get(key)]
        for (one, _), (other, _) in itertools.combinations(placed, 2)
        if one[field] != other[field]
    ]
    return min(pairs, key=len, default=[])


def _whole(groups: Groups) -> Whole:
    """The groups of runs with several values; each with what its runs share, and its points."""
    return [
        ({**dict(others), _METHOD: _name(members)}, _points(members))
        for others, members in groups.items()
        if len({value for value, _ in members}) > 1
    ]


def _differing(whole: Whole, keys: Iterable[str]) -> set[str]:
    """The keys in which groups of runs differ."""
    return {key for key in keys if len({told.get(key) for told, _ in whole}) > 1}


def _table(runs: Iterable[RunFiles]) -> list[tuple[Settings, RunFiles]]:
    return [(_settings(run), run) for run in runs if _is_finished(run)]


def _varied(table: list[tuple[Settings, RunFiles]]) -> list[str]:
    keys = dict.fromkeys(key for settings, _ in table for key in settings)
    return [key for key in keys if len({settings.get(key) for settings, _ in table}) > 1]


def _placed(field: str, table: list[tuple[Settings, RunFiles]]) -> list[tuple[Settings, RunFiles]]:
    """The runs with a place on the axis of a field; none if it is not one of numbers."""
    if not all(_is_number(settings.get(field)) for settings, _ in table):
        return []
    return [row for row in table if row[0][field] or field not in _ZERO_IS_OTHERWISE]


def _settings(run: RunFiles) -> Settings:
    flat = flatten_dict(run.config, sep=".")
    kept = {key: value for key, value in flat.items() if not key.startswith(_IGNORED)}
    judged = HELD_OUT if HOLDOUT in run.judged_on else ""
    return {**kept, _NOISE: run.noise, _JUDGED: judged}


def _is_finished(run: RunFiles) -> bool:
    done, wanted = run.epochs
    return done >= wanted and bool(run.judged_on)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _points(members: Iterable[tuple[float, RunFiles]]) -> Points:
    points: dict[float, list[float]] = defaultdict(list)
    for value, run in members:
        points[value].append(run.summary[run.judged_on[0]]["last5"])
    return list(points.items())


def _name(members: list[tuple[float, RunFiles]]) -> str:
    """The method of a curve, with what it has beyond the paper if that is the same all along."""
    names = {run.method for _, run in members}
    return names.pop() if len(names) == 1 else members[0][1].plain_method


def _label(told: Settings, differing: set[str]) -> str:
    parts = [
        str(value) if key in (_NOISE, _JUDGED, _METHOD) else f"{key} {value}"
        for key, value in sorted(told.items(), key=lambda item: item[0] != _METHOD)
        if key in differing or key == _JUDGED
    ]
    return ", ".join(filter(None, parts))
