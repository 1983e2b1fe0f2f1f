"""Begins a run: claims its folder, opens its data, and binds the two together."""

import dataclasses
import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path

import jax
import numpy as np

from lanet_jax.devices import hosts
from lanet_jax.errors import UserError
from lanet_jax.from_config import before_reading, landmark_targets, outvoted, unread
from lanet_jax.from_config import run as run_lib
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import Data
from lanet_jax.run import folder as run_folder
from lanet_jax.run import inputs, lock
from lanet_jax.typing import PyTree


def begin(
    resolved: Config, workdir: Path, arguments: Sequence[str], told: Sequence[str] = ()
) -> run_lib.Run:
    """Builds a run in its folder, whether it is new or resumes.

    Args:
      resolved: config that `resolve` returned.
      workdir: work folder of the run.
      arguments: arguments of the command that makes it.
      told: lines to print once the folder is known to be the run's; empty ones are left out.

    Returns:
      The run.

    Raises:
      UserError: the folder belongs to another run or is in use; or the run's data, labels or
        config have changed, or they or its pretrained weights differ between its hosts.
    """
    hosts.on_first(lambda: lock.hold(workdir))
    hosts.on_first(lambda: run_folder.claim(workdir, resolved, arguments))
    # A host may have been started with another command.
    hosts.on_each(lambda: run_folder.check(workdir, resolved))
    _tell([*told, unread.note(resolved, arguments)])
    resumed = hosts.on_first(lambda: run_folder.has_checkpoint(workdir))
    built = hosts.on_each(lambda: run_lib.run(resolved, workdir, resumed))
    _compare_hosts(built.data, built.example.pretrained)
    train, given = built.data.train, built.data.given
    _tell([landmark_targets.note(resolved, train), outvoted.note(resolved, train.classes, given)])
    card = hosts.on_first(functools.partial(_tie, resolved, workdir, built.data))
    return dataclasses.replace(built, card={**built.card, "run": card})


def _tell(lines: Sequence[str]) -> None:
    for line in filter(None, lines if jax.process_index() == 0 else ()):
        print(line)


def _tie(c: Config, workdir: Path, data: Data) -> dict:
    files = before_reading.bound_files(c)
    inputs.bind(workdir, data.fingerprints, files, run_folder.has_begun(workdir))
    run_folder.seal_labels(workdir)
    return run_folder.identity(workdir)


def _compare_hosts(data: Data, pretrained: PyTree) -> None:
    begins = {"observed labels": _sum(data.given), "pretrained weights": _sum(pretrained)}
    own = {**data.fingerprints, "the run": begins}
    first = hosts.on_first(lambda: own)

    def compare() -> None:
        if wrong := inputs.differences(first, own):
            raise UserError(
                f"process {jax.process_index()} of this run has other data than process 0: "
                f"{'; '.join(wrong)} differ; give every host the same prepared data "
                "and files"
            )

    hosts.on_each(compare)


def _sum(arrays: PyTree) -> str:
    digest = hashlib.sha256()
    for path, array in jax.tree.leaves_with_path(arrays):
        digest.update(f"{jax.tree_util.keystr(path)} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
