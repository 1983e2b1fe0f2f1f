"""Checkpoints of a run, and what inference restores of them."""

import dataclasses
import functools
import re
from pathlib import Path
from typing import Any

import orbax.checkpoint as ocp

from lanet_jax.checkpoint import orbax
from lanet_jax.checkpoint.metadata import completed, wrong_keys
from lanet_jax.devices import hosts
from lanet_jax.errors import UserError
from lanet_jax.methods.method import Method
from lanet_jax.state import TrainState
from lanet_jax.typing import PyTree

STEPS, BEST = "checkpoints", "checkpoints/best"
_STEP = re.compile("[0-9]{1,18}")


class Checkpoints:
    """The newest states of a run, in `checkpoints/STEP`.

    Args:
      workdir: of the run.
      keep: how many are kept.
    """

    def __init__(self, workdir: Path, keep: int) -> None:
        self._folder = (workdir / STEPS).absolute()
        self._manager = orbax.open_manager(self._folder, keep)

    def latest(self) -> int | None:
        """The step of the newest checkpoint, None if there is none."""
        return self._manager.latest_step()

    def save(self, step: int, state: TrainState, card: dict[str, Any]) -> None:
        """Writes a checkpoint under a temporary name and renames it when it is whole.

        Args:
          step: of the state; later than those that are there.
          state: of the run.
          card: what the checkpoint says of itself.

        Raises:
          UserError: it cannot be written, or a later one is there.
        """
        args = ocp.args.Composite(
            state=ocp.args.PyTreeSave(_tree(state)), card=ocp.args.JsonSave(card)
        )
        orbax.save(self._manager, self._folder, step, args)

    def restore_newest(self, like: TrainState) -> TrainState:
        """Reads the newest checkpoint that restores, and says loudly which did not.

        Those that did not are moved aside to `STEP.broken`, for their steps to be saved again.

        Args:
          like: shapes, types and shardings of the state.

        Returns:
          The state.

        Raises:
          UserError: none restores; then all of them are left where they are.
        """
        broken: dict[int, str] = {}
        for step in sorted(self._manager.all_steps(), reverse=True):
            try:
                state, reason = self.restore(step, like), ""
            except orbax.BrokenError as error:
                state, reason = None, error.reason
            if hosts.all_agree(state is not None):
                if broken:
                    hosts.on_first(functools.partial(self._move_aside, broken, step))
                    self._manager.reload()
                return state
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
                f"the run goes on from step {good}",
            )

    def restore(self, step: int, like: TrainState) -> TrainState:
        """Reads a checkpoint onto this run's devices, however many wrote it.

        Args:
          step: of the checkpoint.
          like: shapes, types and shardings of the state.

        Returns:
          The state.

        Raises:
          BrokenError: it is not whole or not of this run's shapes.
        """
        _card(self._manager, self._folder, step)  # evaluation will need it
        return TrainState(**orbax.restore(self._manager, self._folder, step, _tree(like)))

    def close(self) -> None:
        """Waits until everything is written."""
        with orbax.writing(self._folder):
            self._manager.close()


def inference_part(params: PyTree, model_state: PyTree, method: Method) -> dict[str, PyTree]:
    """The parts of parameters and model state that `Method.predict` reads."""
    return {
        "params": {key: params[key] for key in method.inference if key in params},
        "model_state": {key: model_state[key] for key in method.inference if key in model_state},
    }


def find(workdir: Path, step: str) -> tuple[Path, int]:
    """Where a checkpoint lies.

    Args:
      workdir: of the run.
      step: a number, "last" or "best".

    Returns:
      The folder of checkpoints and the step in it.

    Raises:
      UserError: there is no such checkpoint.
    """
    folder = (workdir / (BEST if step == "best" else STEPS)).absolute()
    steps = sorted(int(p.name) for p in folder.glob("*") if _STEP.fullmatch(p.name))
    if not steps:
        raise UserError(f"{folder} holds no checkpoint: train first, with --workdir={workdir}")
    if step in ("best", "last"):
        return folder, steps[-1]
    if not _STEP.fullmatch(step) or int(step) not in steps:
        have = ", ".join(map(str, steps))
        raise UserError(f"{folder} holds no step {step}: use --step=best, last, or one of {have}")
    return folder, int(step)


def restore_card(folder: Path, step: int) -> dict[str, Any]:
    """The card of a checkpoint: classes, input size, normalisation, network.

    Raises:
      BrokenError: the checkpoint is not whole, or its card does not say all of it.
    """
    return _card(orbax.open_manager(folder, None), folder, step)


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
      step: of the checkpoint.
      like: shapes and shardings of `inference_part`.

    Returns:
      {"params", "model_state"}.

    Raises:
      UserError: the checkpoint is not whole or not of these shapes.
    """
    return orbax.restore(orbax.open_manager(folder, None), folder, step, like)


def _tree(state: TrainState) -> dict[str, PyTree]:
    return {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
