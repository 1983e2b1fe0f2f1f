"""Saves and restores the checkpoints of a run, whole or only what inference needs."""

import dataclasses
import functools
import json
import sys
from pathlib import Path
from typing import Any

import jax
import orbax.checkpoint as ocp

from lanet_jax.checkpoint import checksums, orbax
from lanet_jax.checkpoint.metadata import completed, foreign, wrong_keys
from lanet_jax.devices import hosts
from lanet_jax.errors import UserError
from lanet_jax.methods.method import Method
from lanet_jax.run import paths
from lanet_jax.run.paths import RunFolder
from lanet_jax.state import TrainState
from lanet_jax.typing import PyTree


class Checkpoints:
    """The newest states of a run, in `checkpoints/STEP`.

    Args:
      workdir: work folder of the run.
      keep: number of checkpoints kept.
      card: card of the run; a checkpoint of another run is not restored. None takes any.

    Attributes:
      restored: card of the checkpoint restored last; empty before the first.
    """

    def __init__(self, workdir: Path, keep: int, card: dict[str, Any] | None = None) -> None:
        self._folder = RunFolder(workdir).checkpoints.absolute()
        self._manager = orbax.open_manager(self._folder, keep)
        self._own = card or {}
        self.restored: dict[str, Any] = {}

    def latest(self) -> int | None:
        """The step of the newest checkpoint, as process 0 sees it; None if there is none."""
        return hosts.on_first(self._manager.latest_step)

    def save(self, step: int, state: TrainState, card: dict[str, Any]) -> None:
        """Writes a checkpoint under a temporary name and renames it once it is complete.

        Args:
          step: step of the state; later than any saved one.
          state: state after `step` steps.
          card: the checkpoint's card, see `metadata.wrong_keys`.

        Raises:
          UserError: it cannot be written, or a later one is there.
        """
        args = ocp.args.Composite(
            state=ocp.args.PyTreeSave(_tree(state)), card=ocp.args.JsonSave(card)
        )
        orbax.save(self._manager, self._folder, step, args)

    def restore_newest(self, like: TrainState) -> TrainState:
        """Restores the newest checkpoint that can be, and warns about those that cannot.

        The latter are renamed `STEP.broken`, so that their steps can be saved again.

        Args:
          like: shapes, types and shardings of the state.

        Returns:
          The state.

        Raises:
          UserError: none restores; then all are left where they are.
        """
        broken: dict[int, str] = {}
        steps = hosts.on_first(lambda: sorted(self._manager.all_steps(), reverse=True))
        for step in steps:
            try:
                state = self.restore(step, like)
            except orbax.BrokenError as error:  # on all processes
                broken[step] = error.reason
                continue
            if broken:
                hosts.on_first(functools.partial(self._move_aside, broken, step))
                self._manager.reload()
            return state
        newest = max(broken)
        raise UserError(
            f"none of {len(broken)} checkpoints in {self._folder} restores (step {newest}: "
            f"{broken[newest]}): restore one from a copy, or choose another --workdir"
        )

    def _move_aside(self, broken: dict[int, str], good: int) -> None:
        for step, reason in broken.items():
            orbax.move_aside(
                self._folder / str(step),
                "broken",
                f"does not restore ({reason})",
                f"the run resumes from step {good}",
            )

    def restore(self, step: int, like: TrainState) -> TrainState:
        """Restores a checkpoint onto this run's devices, whatever devices wrote it.

        Args:
          step: number that names the checkpoint.
          like: shapes, types and shardings of the state.

        Returns:
          The state.

        Raises:
          BrokenError: it is incomplete, of another run or of other shapes.
        """
        card = restore_card(self._folder, step, self._own)
        state = TrainState(**orbax.restore(self._folder, step, _tree(like)))
        self.restored = card
        return state

    def close(self) -> None:
        """Waits until everything is written."""
        with orbax.writing(self._folder):
            self._manager.close()


def inference_part(params: PyTree, model_state: PyTree, method: Method) -> dict[str, PyTree]:
    """The parts of parameters and model state that `Method.predict` reads.

    Args:
      params: parameters by the names of their parts.
      model_state: model state, likewise.
      method: says by `inference` which parts those are.

    Returns:
      {"params", "model_state"}; a part that is absent is left out.
    """
    return {
        "params": {key: params[key] for key in method.inference if key in params},
        "model_state": {key: model_state[key] for key in method.inference if key in model_state},
    }


def find(workdir: Path, step: str) -> tuple[Path, int]:
    """Finds a checkpoint.

    Args:
      workdir: work folder of the run.
      step: a number, "last" or "best".

    Returns:
      The folder of checkpoints and the step in it.

    Raises:
      UserError: there is no such checkpoint.
    """
    files = RunFolder(workdir)
    folder = (files.best if step == "best" else files.checkpoints).absolute()
    steps = paths.steps(folder)
    if not steps:
        raise UserError(f"{folder} holds no checkpoint: train first, with --workdir={workdir}")
    if step in ("best", "last"):
        return folder, steps[-1]
    if not paths.STEP.fullmatch(step) or int(step) not in steps:
        have = ", ".join(map(str, steps))
        raise UserError(f"{folder} holds no step {step}: use --step=best, last, or one of {have}")
    return folder, int(step)


def restore_card(folder: Path, step: int, own: dict[str, Any] | None = None) -> dict[str, Any]:
    """Restores the card of a checkpoint: classes, input size, normalisation, network.

    Process 0 reads and judges it for all.

    Args:
      folder: from `find`.
      step: number that names the checkpoint, from `find`.
      own: card of the run, or the known part of it; None or empty accepts any run's.

    Returns:
      The card.

    Raises:
      BrokenError: the checkpoint is incomplete or of another run, or its card lacks something.
    """
    path, own = folder / str(step), own or {}
    card, reason = hosts.on_first(lambda: _judged(path, own))
    if reason:
        raise orbax.BrokenError(path, reason)
    if "run" not in card and "run" in own and jax.process_index() == 0:
        print(
            f"note: {path} does not say which run it is of, as an earlier version wrote it: that "
            "it is of this one cannot be verified",
            file=sys.stderr,
        )
    return card


def _judged(path: Path, own: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The card, and why it or its checkpoint is not taken; empty if it is."""
    sums = checksums.are_there(path)
    if sums and (reason := checksums.wrong(path, "card/")):
        return {}, reason
    try:
        card = json.loads((path / "card" / "metadata").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        return {}, f"its card cannot be read: {orbax.reason_of(error)}"
    card = card if isinstance(card, dict) else {}
    if wrong := wrong_keys(completed(card)):
        return {}, f"its card is damaged ({', '.join(wrong)})"
    if reason := foreign(card, own):
        return {}, reason
    if "run" in card and not sums:  # its version wrote them
        return {}, f"it has lost {checksums.NAME}, so that it cannot be verified"
    return card, ""


def _tree(state: TrainState) -> dict[str, PyTree]:
    return {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
