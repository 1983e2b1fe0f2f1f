"""Draws a study's curves over fields and over the noise rate, and says what they lack."""

import itertools
from collections.abc import Collection
from pathlib import Path

from lanet_jax.figures import style, sweep, sweeps
from lanet_jax.report import gallery
from lanet_jax.report.run_files import RunFiles
from lanet_jax.study.grid import Study, names


def draw(study: Study, runs: Collection[RunFiles], folder: Path) -> list[str]:
    """Draws the curves over each field, and each kind of noise, that varied alone.

    Args:
      study: declaration of rows and columns.
      runs: its finished runs.
      folder: folder of the study, in whose `figures` it is drawn.

    Returns:
      Notes: the runs that have no point, and the declared fields that have no curve.
    """
    found = sweeps.curves(runs)
    if found:
        style.save(sweep.draw(found), folder / gallery.FOLDER, "sweep")
    if over_noise := sweeps.over_noise(runs):
        style.save(sweep.draw(over_noise), folder / gallery.FOLDER, "noise")
    notes = sweeps.left_out(runs, found)
    for field in _declared(study):
        others = [] if field in found else sweeps.varied_with(field, runs)
        if others:
            notes.append(
                f"No curve over {field}: runs that differ in it differ in {', '.join(others)} too"
            )
    return notes


def _declared(study: Study) -> list[str]:
    """The fields of which two levels of an axis differ in nothing else."""
    found: dict[str, None] = {}
    for axis in (*study.rows, study.columns):
        declared = [(level.config, frozenset(level.overrides)) for level in axis.levels]
        for (config, one), (other_config, other) in itertools.combinations(declared, 2):
            fields = names(one ^ other)
            if config == other_config and len(fields) == 1:
                found |= dict.fromkeys(fields)
    return list(found)
