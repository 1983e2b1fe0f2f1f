"""A folder of Orbax checkpoints, whose errors become one line each."""

import contextlib
import itertools
import logging as python_logging
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import orbax.checkpoint as ocp
from absl import logging

from lanet_jax.checkpoint import checksums, quiet
from lanet_jax.devices import hosts, others
from lanet_jax.errors import UserError
from lanet_jax.typing import PyTree

ADVICE = "--step=N evaluates another one, and training resumes from the newest that restores"


class BrokenError(UserError):
    """A checkpoint that is incomplete, damaged, of other shapes or of another run."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} does not restore ({reason}); {ADVICE}")
        self.reason = reason


class _Manager(ocp.CheckpointManager):
    def reached_preemption(self, step: int) -> bool:
        """Leaves the question to `train.stop`: processes agree on how often it was asked.

        Orbax would ask as well when it saves, and a signal that falls there would be lost.
        """
        return False


def open_manager(folder: Path, keep: int) -> ocp.CheckpointManager:
    """Opens a folder of checkpoints to write; each of them can be read without this.

    Args:
      folder: its absolute path.
      keep: how many checkpoints are kept in it.

    Returns:
      Orbax's manager for the folder.

    Raises:
      UserError: it cannot be opened or made.
    """
    _quieten()
    options = ocp.CheckpointManagerOptions(
        max_to_keep=keep,
        cleanup_tmp_directories=True,  # what a kill left half-written
        # On CPU the arrays that a background write would read are donated to the next step.
        enable_async_checkpointing=jax.default_backend() != "cpu",
        temporary_path_class=checksums.SummedPath,
    )
    with writing(folder):
        # Orbax finds out only when it saves, and then an epoch is lost.
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError("read-only, or owned by another user")
        return _Manager(folder, options=options)


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns any error while writing a path into a `UserError` that says what to do.

    That another process is lost is no fault of the path.
    """
    try:
        yield
    except Exception as error:
        if others.is_of_another(error):
            raise
        raise UserError(
            f"{path} cannot be written ({reason_of(error)}): see that the disk has space and the "
            "folder can be written, then run the same command again; it resumes from the newest "
            "checkpoint that is whole"
        ) from error


def save(manager: ocp.CheckpointManager, folder: Path, step: int, args: Any) -> None:
    """Saves a checkpoint.

    Args:
      manager: manager that `open_manager` gave for `folder`.
      folder: absolute path, for errors.
      step: number that names the checkpoint; later than any saved one.
      args: Orbax's arguments that say what to save.

    Raises:
      UserError: it cannot be written, or Orbax declines to, as it does beside a later step.
    """
    with writing(folder / str(step)):
        saved = manager.save(step, args=args)
    if not saved:
        raise UserError(
            f"{folder / str(step)} was not written, as step {manager.latest_step()} is in the same "
            "folder: move that one away, then run the same command again"
        )


def move_aside(path: Path, ending: str, reason: str, then: str) -> None:
    """Renames a checkpoint, so that Orbax does not see it and its step can be saved again.

    Args:
      path: folder of one checkpoint.
      ending: ending of its new name, numbered if that exists already.
      reason: why, for the warning.
      then: what is done without it, for the warning.
    """
    names = (f"{path.name}.{ending}{number or ''}" for number in itertools.count())
    aside = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    os.rename(path, aside)
    print(f"warning: {path} {reason}: it is kept as {aside.name}, and {then}", file=sys.stderr)


def restore(folder: Path, step: int, like: PyTree) -> PyTree:
    """Restores a checkpoint's arrays; if that fails on one process, it fails on all.

    Args:
      folder: absolute path of the checkpoints.
      step: number that names the checkpoint.
      like: shapes, types and shardings of the arrays to restore.

    Returns:
      The arrays.

    Raises:
      BrokenError: arrays are missing, damaged, of another shape, or not what was written.
    """
    path = folder / str(step)
    if reason := hosts.on_first(lambda: _changed(path)):
        raise BrokenError(path, reason)
    state, reason = None, ""
    try:
        state = _read(path / "state", like)
    except Exception as error:  # Orbax raises many kinds; none of them tells the user what to do
        reason = reason_of(error)
    if reason := hosts.any_reason(reason or _lacking(state)):
        raise BrokenError(path, reason)
    _tell_unverified(path)
    return state


def _changed(path: Path) -> str:
    return checksums.wrong(path) if checksums.are_there(path) else ""


def _read(path: Path, like: PyTree) -> PyTree:
    _quieten()
    own = jax.process_index()
    # Each process reads for itself. Orbax would let those that could read wait for one that failed.
    alone = ocp.options.MultiprocessingOptions(primary_host=own, active_processes={own})
    handler = ocp.PyTreeCheckpointHandler(multiprocessing_options=alone)
    args = ocp.args.PyTreeRestore(
        item=like,
        restore_args=ocp.checkpoint_utils.construct_restore_args(like),
        partial_restore=True,
    )
    with ocp.Checkpointer(handler, multiprocessing_options=alone) as reader:
        return reader.restore(path, args=args)


def _lacking(state: PyTree) -> str:
    # A partial restore silently leaves what the checkpoint lacks as the shape that was asked for.
    missing = [
        jax.tree_util.keystr(path)
        for path, leaf in jax.tree.leaves_with_path(state)
        if isinstance(leaf, jax.ShapeDtypeStruct)
    ]
    return f"it lacks {', '.join(missing)}" if missing else ""


def _tell_unverified(path: Path) -> None:
    if not checksums.are_there(path) and jax.process_index() == 0:
        print(
            f"note: {path} has no {checksums.NAME}, as an earlier version wrote none: whether its "
            "files are as they were written cannot be verified",
            file=sys.stderr,
        )


def _quieten() -> None:
    logging.get_absl_logger().addFilter(_is_news)
    quiet.install()


def _is_news(record: python_logging.LogRecord) -> bool:
    # Orbax raises what it logs, too, and a user reads one line rather than the traceback of each
    # of its threads.
    return not (record.exc_info and "orbax" in record.pathname)


def reason_of(error: Exception) -> str:
    """An error of reading or writing in a few words, for a message in one line."""
    text = str(error).strip()
    if number := re.search(r"os_error_code='(\d+)'", text):  # at the end of a long line
        return os.strerror(int(number[1]))
    return f"{type(error).__name__}: {text.splitlines()[0][:200]}" if text else type(error).__name__
