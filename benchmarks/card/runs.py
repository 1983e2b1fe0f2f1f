"""Checks whether a second run, and a killed and resumed run, of one command end the same."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks import killing
from benchmarks.card import steps
from lanet_jax.errors import UserError


def measure(
    folder: Path,
    flags: bool,
    records: int,
    epochs: int,
    size: int,
    kill_after: int,
    fields: Mapping[str, Any],
    preset: str = "",
) -> dict[str, Any]:
    """Trains on synthetic faces three times: twice undisturbed, once killed and resumed.

    Args:
      folder: folder of the answers.
      flags: whether to ask for deterministic kernels.
      records: number of training records.
      epochs: number of epochs.
      size: side of the stored images in pixels.
      kill_after: step after which the third run is killed, past its first checkpoint.
      fields: fields of the config.
      preset: preset of configs/demo.py.

    Returns:
      Names of arrays and files that differ from the first run in any bit, for the second and the
      resumed run, the number of arrays, and the step that the resumed run had saved.

    Raises:
      UserError: a run failed, ended before it was killed, or was killed without a checkpoint.
    """
    from benchmarks import bitwise, demo

    data = folder / f"data-{size}-{records}"
    demo.prepare(data, train=records, test=64, size=size)
    fields = {**fields, "data.dir": data, "optim.epochs": epochs}
    environment = dict(os.environ)
    if flags:
        environment["XLA_FLAGS"] = steps.with_flags(steps.DETERMINISTIC)
    home = folder / "runs" / ("deterministic" if flags else "usual")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)

    def live(name: str, moment: killing.Moment | None = None) -> None:
        config = f"--config=configs/demo.py:{preset}".removesuffix(":")
        command = [sys.executable, "-m", "lanet_jax.main", config, f"--workdir={home / name}"]
        command += [f"--config.{field}={value}" for field, value in fields.items()]
        log = home / f"{name}.txt"
        life = killing.live(command, environment, home / name, log, moment)
        if life.code:
            last = log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise UserError(f"{home / name}: {last.removeprefix('error: ')}")
        if moment and life.code is not None:
            raise UserError(f"{home / name}: the run ended before it was killed")

    live("first")
    live("second")
    live("resumed", killing.Moment(rows=0, writes=0, delay=0.0, step=kill_after))
    kept = killing.saved(home / "resumed")
    if not kept:
        raise UserError(f"{home / 'resumed'}: killed before its first checkpoint: kill it later")
    live("resumed")
    first = home / "first"
    return {
        "second": bitwise.differences(home / "second", first),
        "resumed": bitwise.differences(home / "resumed", first),
        "arrays": len(bitwise.last(first)),
        "resumed_from": kept,
    }
