"""`study.json`: the declaration of the runs in a study's folder."""

import fnmatch
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lanet_jax.command_line.words import some
from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.files.atomic import write_text
from lanet_jax.run import folder as run_folder
from lanet_jax.run.paths import RunFolder
from lanet_jax.run.values import ABSENT, change
from lanet_jax.study import checks, runner
from lanet_jax.study.grid import Cell
from lanet_jax.study.loading import base


def select(cells: Sequence[Cell], patterns: Iterable[str]) -> list[Cell]:
    """Selects cells by patterns.

    Args:
      cells: all cells of a study, in order.
      patterns: patterns for a whole name ("30/*") or one part of it ("lanet"); none selects all.

    Returns:
      The cells, in their order.

    Raises:
      UserError: a pattern matches none.
    """
    patterns = list(patterns)
    for pattern in patterns:
        if not any(_matches(cell, pattern) for cell in cells):
            raise UserError(
                f"--only={pattern}: no cell has that name; names are like {cells[0].name}"
            )
    return [c for c in cells if not patterns or any(_matches(c, p) for p in patterns)]


def claim(
    folder: Path,
    cells: Sequence[Cell],
    selected: Sequence[Cell],
    write: bool = True,
    advice: str = "choose another --workdir or the same declaration",
) -> None:
    """Checks that a folder belongs to this study, and notes the selected cells in `study.json`.

    A declaration may grow by seeds or rows; existing runs stay as they are. One of which no run has
    begun binds nothing, and is replaced.

    Args:
      folder: folder of the study, with `study.json`.
      cells: every cell that the study declares.
      selected: the cells to run; only their fields are compared and noted.
      write: whether to write `study.json`, or only to check.
      advice: what to do where the folder was declared differently.

    Raises:
      UserError: the folder was declared differently (the message says how), or another study is
        about to begin there, or a cell cannot train as declared, see `checks.check`.
    """
    checks.check(selected)
    path = folder / "study.json"
    known = _read(path) if path.exists() else {"configs": {}, "cells": {}}
    names = {cell.name for cell in cells}
    differences = [f"{name} (not declared now)" for name in known["cells"] if name not in names]
    configs = {cell.config: _counting(base(cell.config)) for cell in selected}
    for config, now in configs.items():
        then = known["configs"].get(config, now)
        both = then.keys() & now.keys()  # a field that is new to this version changes no run
        common = ({key: fields[key] for key in sorted(both)} for fields in (then, now))
        differences += [f"{config} {line}" for line in _differences(*common)]
    for cell in selected:
        then = known["cells"].get(cell.name, _noted(cell))
        differences += [f"{cell.name} {line}" for line in _differences(then, _noted(cell))]
    if differences and not any(run_folder.has_begun(folder / name) for name in known["cells"]):
        with runner.alone(folder):
            if write:
                _forget(folder, known["cells"])
        known, differences = {"configs": {}, "cells": {}}, []
    if differences:
        raise UserError(
            f"{folder} holds a study declared differently: {some(differences)}; {advice}"
        )
    if write:
        noted = {cell.name: _noted(cell) for cell in selected}
        now = {"configs": known["configs"] | configs, "cells": known["cells"] | noted}
        folder.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps(now, indent=2) + "\n")


def _forget(folder: Path, names: Iterable[str]) -> None:
    """Removes what runs wrote before they began, so that it binds no other run."""
    for cell in (RunFolder(folder / name) for name in names):
        for file in (cell.config, cell.labels, cell.seal):
            file.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    advice = "restore it, or delete it and run the study's command again"
    known = json_files.read(path, advice)
    parts = [known.get("configs"), known.get("cells")]
    if not all(isinstance(p, dict) and all(isinstance(x, dict) for x in p.values()) for p in parts):
        raise UserError(f"{path} is not the declaration of a study; {advice}")
    return known


def _matches(cell: Cell, pattern: str) -> bool:
    return any(fnmatch.fnmatchcase(n, pattern) for n in (cell.name, *cell.name.split("/")))


def _noted(cell: Cell) -> dict[str, str]:
    fields = dict(override.split("=", 1) for override in cell.overrides)
    return _counting({"config": cell.config, **fields})


def _counting(fields: dict[str, Any]) -> dict[str, Any]:
    return {k: value for k, value in fields.items() if not k.startswith(run_folder.FREE)}


def _differences(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return [
        change(field, then, now)
        for field in dict.fromkeys((*then, *now))
        if then.get(field, ABSENT) != now.get(field, ABSENT)
    ]
