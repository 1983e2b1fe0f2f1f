"""The notes below a study's tables: what the numbers are, and with which settings the runs ran."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from flax.traverse_util import flatten_dict

from lanet_jax.models import backbones
from lanet_jax.report.run_files import RunFiles
from lanet_jax.report.splits_of_runs import HELD_OUT
from lanet_jax.run.values import told
from lanet_jax.study import failures, outcome
from lanet_jax.study.grid import Cell, Study
from lanet_jax.study.results import Entry

# Config fields that a reader needs to compare the runs with others, beside those of the backbone.
_ALWAYS = (
    *("schedule", "optim.epochs", "optim.batch_size", "optim.learning_rate", "augment.size"),
    "model.pretrained",
)
_IF_SET = ("model.frozen_stages", "data.limit", "data.holdout", "data.test_split")


def notes(
    study: Study,
    cells: Sequence[Cell],
    found: list[list[Entry]],
    runs: Collection[RunFiles],
    folder: Path,
) -> list[str]:
    """Writes the notes.

    Args:
      study: declaration of rows, columns and seeds.
      cells: runs of the study, finished or not.
      found: the columns of each row of the table.
      runs: the finished runs.
      folder: folder of the study.

    Returns:
      The notes, those of the study itself before the failures.
    """
    lines = [f"{_seeds(study, runs)}; a dash: no finished run. The highest of its group is bold."]
    if any(entry.oracle for row in found for entry in row):
        lines.append(
            "oracle: the best epoch was chosen on the tested split itself: a bound, not a result."
        )
    if any(entry.held_out for row in found for entry in row):
        lines.append(
            f"{HELD_OUT}: these runs have no test split. Their accuracy is measured on training "
            "records that they held out, and counts a prediction as right if it agrees with the "
            "observed label, even where that label is wrong."
        )
    settings = _settings(runs)
    lines += [f"As run: {settings}."] * bool(settings)
    lines += study.notes
    homes = [(cell.name, folder / cell.name) for cell in cells]
    failed = {name: outcome.error(at) for name, at in homes if outcome.state(at) == "failed"}
    lines += [f"{names} failed: {reason}" for names, reason in failures.by_reason(failed)]
    return lines


def _seeds(study: Study, runs: Collection[RunFiles]) -> str:
    """What the numbers are means over, and in what the seeds differ."""
    seeds = ", ".join(map(str, study.seeds))
    if len(study.seeds) == 1:
        return f"One run each, of seed {seeds}"
    configs = [run.config for run in runs]
    differing = ["initial parameters", "order and augmentation of the images"]
    if any(config["noise"]["kind"] in ("symmetric", "asymmetric") for config in configs):
        differing.append("wrong labels")
    if any(config.get("data", {}).get("limit") for config in configs):
        differing.append("the images that data.limit chooses")
    if any(config.get("data", {}).get("holdout") for config in configs):
        differing.append("the records that data.holdout holds out")
    return (
        f"Mean±sample standard deviation over seeds {seeds}, which differ in "
        f"{', '.join(differing[:-1])} and {differing[-1]}; a mean over fewer seeds says so"
    )


def _settings(runs: Collection[RunFiles]) -> str:
    """The settings of the finished runs, each with all its values."""
    values: dict[str, dict[str, None]] = {}
    for run in runs:
        for field, value in _relevant(run.config):
            values.setdefault(field, {})[told(value)] = None
    return ", ".join(f"{field} {' or '.join(several)}" for field, several in values.items())


def _relevant(config: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a run that a reader needs, which differ by the backbone's family."""
    flat = flatten_dict(config, sep=".")
    yield from ((field, flat[field]) for field in _ALWAYS if field in flat)
    for name, value in backbones.description(config["model"]).items():
        yield f"model.{name}", value
    yield from ((field, flat[field]) for field in _IF_SET if flat.get(field))
