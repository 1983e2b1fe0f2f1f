"""Checks that the runs of a study can train as declared, before the first of them does."""

import sys
from collections import defaultdict
from collections.abc import Sequence

import jax

from lanet_jax.errors import UserError
from lanet_jax.from_config import before_reading, flags, splits
from lanet_jax.from_config.config import overridden, resolve
from lanet_jax.study import failures
from lanet_jax.study.grid import Cell


def check(cells: Sequence[Cell]) -> None:
    """Refuses cells of which some could not train, or would not follow the study's command.

    Args:
      cells: the cells to run.

    Raises:
      UserError: a config is invalid, a run has other test splits than its column shows, or a field
        of the study's command would reach a part of the cells only.
    """
    lost: dict[str, dict[str, object]] = defaultdict(dict)
    for cell in cells:
        try:
            given = flags.config(cell.config_flags)
            resolved = resolve(given)
            _check_splits(cell.splits, splits.judged(resolved))
        except UserError as error:
            raise UserError(f"{cell.name}: {error}") from error
        for field, (before, after) in overridden(given, resolved).items():
            if field in cell.given:
                lost[f"--config.{field}={before}"][given.method] = after
    if lost:
        raise UserError(
            f"{'; '.join(_told(field, methods) for field, methods in lost.items())}, so that their "
            "cells would not have it: add --config.schedule=shared, with which every method takes "
            "the config's fields, or leave it out"
        )


def check_data(cells: Sequence[Cell]) -> None:
    """Refuses to begin where the data of no cell fits its config, as all would fail one by one.

    Cells whose data does not fit are named on stderr if there are others, which can run.

    Args:
      cells: the cells to run, which `check` has accepted.

    Raises:
      UserError: no cell can start.
    """
    # The runs need the accelerator, and this process would keep its memory.
    jax.config.update("jax_platforms", "cpu")
    of_experiment: dict[str, str] = {}  # seeds share the data
    for cell in cells:
        if cell.experiment not in of_experiment:
            of_experiment[cell.experiment] = _fault(cell)
    reasons = {cell.name: of_experiment[cell.experiment] for cell in cells}
    failed = {name: reason for name, reason in reasons.items() if reason}
    if not failed:
        return
    told = f"{len(failed)} of {len(cells)} cells cannot start ({failures.told(failed)})"
    if len(failed) == len(cells):
        raise UserError(told)
    print(f"note: {told}; the others run", file=sys.stderr)


def _fault(cell: Cell) -> str:
    """Why a cell cannot start, by what is known before its records are read; "" if it can."""
    try:
        before_reading.check(resolve(flags.config(cell.config_flags)))
    except UserError as error:
        return str(error)
    return ""


def _check_splits(shown: tuple[str, ...] | None, judged: Sequence[str]) -> None:
    if shown is None:
        return
    if not shown and len(judged) > 1:
        raise UserError(
            f"it would be evaluated on {', '.join(judged)}, and its column shows one split: name "
            "them in the splits of the column, or set one --config.data.test"
        )
    if absent := [split for split in shown if split not in judged]:
        raise UserError(
            f"its column shows the split {', '.join(absent)}, and it would be evaluated on "
            f"{', '.join(judged)}: change --config.data.test, or the splits of the column"
        )


def _told(field: str, methods: dict[str, object]) -> str:
    values = ", ".join(f"{method} ({value})" for method, value in methods.items())
    return f"{field}: the published recipe of {values} overrides it"
