"""Saves and restores the checkpoints of a run, whole or only what inference needs."""

import dataclasses
import functools
import re
import sys
from pathlib import Path
from typing import Any

import jax
import orbax.checkpoint as ocp

from lanet_jax.checkpoint import orbax
from lanet_jax.checkpoint.metadata import completed, foreign, wrong_keys
from lanet_jax.devices import hosts
from lanet_jax.errors import UserError
from lanet_jax.methods.method import Method
from lanet_jax.run.paths import RunFolder
from lanet_jax.state import TrainState
from lanet_jax.typing import PyTree

_STEP = re.compile("[0-9]{1,18}")


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
                state, reason = self.restore(step, like), ""
            except orbax.BrokenError as error:
                state, reason = None, error.reason
            if hosts.all_agree(state is not None):
                if broken:
                    hosts.on_first(functools.partial(self._move_aside, broken, step))
                    self._manager.reload()
                return state  # type: ignore[return-value]  # all agree that it is there
            broken[step] = reason or "another process could not read it"
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
        card = own_card(self._manager, self._folder, step, self._own)
        state = TrainState(**orbax.restore(self._manager, self._folder, step, _tree(like)))
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
    steps = sorted(int(p.name) for p in folder.glob("*") if _STEP.fullmatch(p.name))
    if not steps:
        raise UserError(f"{folder} holds no checkpoint: train first, with --workdir={workdir}")
    if step in ("best", "last"):
        return folder, steps[-1]
    if not _STEP.fullmatch(step) or int(step) not in steps:
        have = ", ".join(map(str, steps))
        raise UserError(f"{folder} holds no step {step}: use --step=best, last, or one of {have}")
    return folder, int(step)


def restore_card(folder: Path, step: int, own: dict[str, Any] | None = None) -> dict[str, Any]:
    """Restores the card of a checkpoint: classes, input size, normalisation, network.

    Args:
      folder: from `find`.
      step: number that names the checkpoint, from `find`.
      own: card of the run, or the known part of it; None accepts any run's.

    Returns:
      The card.

    Raises:
      BrokenError: the checkpoint is incomplete or of another run, or its card lacks something.
    """
    return own_card(orbax.open_manager(folder, None), folder, step, own or {})


def own_card(
    manager: ocp.CheckpointManager, folder: Path, step: int, own: dict[str, Any]
) -> dict[str, Any]:
    """Does the same as `restore_card` for a folder that is open already.

    Args:
      manager: manager that `orbax.open_manager` gave for `folder`.
      folder: folder of checkpoints, for errors.
      step: number that names the checkpoint.
      own: card of the run, or the known part of it; empty accepts any run's.

    Returns:
      The card.

    Raises:
      BrokenError: the checkpoint is incomplete or of another run, or its card lacks something.
    """
    card = _card(manager, folder, step)
    if reason := foreign(card, own):
        raise orbax.BrokenError(folder / str(step), reason)
    if "run" in card:  # then its version wrote sums as well
        orbax.require_sums(folder / str(step))
    elif "run" in own and jax.process_index() == 0:
        print(
            f"note: {folder / str(step)} does not say which run it is of, as an earlier version "
            "wrote it: that it is of this one cannot be verified",
            file=sys.stderr,
        )
    return card


def _card(manager: ocp.CheckpointManager, folder: Path, step: int) -> dict[str, Any]:
    orbax.verify(folder / str(step), "card/")
    args = ocp.args.Composite(card=ocp.args.JsonRestore())
    card = orbax.read(manager, folder, step, args).card
    card = card if isinstance(card, dict) else {}
    wrong = wrong_keys(completed(card))
    if wrong:
        raise orbax.BrokenError(folder / str(step), f"its card is damaged ({', '.join(wrong)})")
    return card


def restore_inference(folder: Path, step: int, like: PyTree) -> PyTree:
    """Restores only what inference needs.

    Args:
      folder: from `find`.
      step: number that names the checkpoint, from `find`.
      like: shapes and shardings of `inference_part`.

    Returns:
      {"params", "model_state"}.

    Raises:
      UserError: the checkpoint is incomplete or of other shapes.
    """
    return orbax.restore(orbax.open_manager(folder, None), folder, step, like)


def _tree(state: TrainState) -> dict[str, PyTree]:
    return {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
