"""Checkpoints of a run, and of what is left of it at inference."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import jax
import orbax.checkpoint as ocp

from lanet_jax.errors import UserError
from lanet_jax.methods.method import Method
from lanet_jax.state import TrainState
from lanet_jax.typing import PyTree

STEPS, BEST = "checkpoints", "checkpoints/best"
_STEP = re.compile("[0-9]{1,18}")


def _is_size(value: Any) -> bool:
    return type(value) is int and value > 0


def _are_channels(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) == 3 and all(type(x) in (int, float) for x in value)
    )


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(type(x) is str for x in value)


_CARD = {
    "classes": _are_names,
    "size": _is_size,
    "mean": _are_channels,
    "std": _are_channels,
    "depth": _is_size,
    "width": _is_size,
    "stem": lambda value: isinstance(value, str),
    "method": lambda value: isinstance(value, str),
}


class Checkpoints:
    """The newest states of a run, in `checkpoints/STEP`.

    Args:
      workdir: of the run.
      keep: how many are kept.
    """

    def __init__(self, workdir: Path, keep: int) -> None:
        self._folder = (workdir / STEPS).absolute()
        self._manager = _manager(self._folder, keep)

    def latest(self) -> int | None:
        """The step of the newest checkpoint, None if there is none."""
        return self._manager.latest_step()

    def save(self, step: int, state: TrainState, card: dict[str, Any]) -> None:
        """Writes a checkpoint under a temporary name and renames it when it is whole."""
        args = ocp.args.Composite(
            state=ocp.args.PyTreeSave(_tree(state)), card=ocp.args.JsonSave(card)
        )
        _save(self._manager, self._folder, step, args)

    def restore(self, step: int, like: TrainState) -> TrainState:
        """Reads a checkpoint onto this run's devices, however many wrote it.

        Args:
          step: of the checkpoint.
          like: shapes, types and shardings of the state.

        Returns:
          The state.

        Raises:
          UserError: it is not whole or not of this run's shapes.
        """
        return TrainState(**_restore(self._manager, self._folder, step, _tree(like)))

    def close(self) -> None:
        """Waits until everything is written."""
        self._manager.close()


def save_best(workdir: Path, step: int, state: TrainState, method: Method, card: dict) -> None:
    """Keeps what inference needs of the best state so far, in `checkpoints/best/STEP`."""
    manager = _manager((workdir / BEST).absolute(), 1)
    if step not in manager.all_steps():  # a resumed run evaluates its step once more
        args = ocp.args.Composite(
            state=ocp.args.PyTreeSave(inference_part(state.params, state.model_state, method)),
            card=ocp.args.JsonSave(card),
        )
        _save(manager, workdir / BEST, step, args)
    manager.close()


def inference_part(params: PyTree, model_state: PyTree, method: Method) -> dict[str, PyTree]:
    """The parts of parameters and model state that `Method.predict` reads."""
    return {
        "params": {key: params[key] for key in method.inference},
        "model_state": {key: model_state[key] for key in method.inference},
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
      UserError: the checkpoint is not whole, or its card does not say all of it.
    """
    args = ocp.args.Composite(card=ocp.args.JsonRestore())
    card = _read(_manager(folder, None), folder, step, args).card
    card = card if isinstance(card, dict) else {}
    wrong = [name for name, is_right in _CARD.items() if not is_right(card.get(name))]
    if wrong:
        raise UserError(
            f"{folder / str(step) / 'card'} is damaged ({', '.join(wrong)}); delete the folder "
            f"{folder / str(step)} to go on from the checkpoint before it"
        )
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
    return _restore(_manager(folder, None), folder, step, like)


def _tree(state: TrainState) -> dict[str, PyTree]:
    return {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}


def _manager(folder: Path, keep: int | None) -> ocp.CheckpointManager:
    options = ocp.CheckpointManagerOptions(
        max_to_keep=keep,
        # On CPU the arrays that a background write would read are donated to the next step.
        enable_async_checkpointing=jax.default_backend() != "cpu",
    )
    return ocp.CheckpointManager(folder, options=options)


def _save(manager: ocp.CheckpointManager, folder: Path, step: int, args: Any) -> None:
    try:
        manager.save(step, args=args)
    except Exception as error:
        raise UserError(
            f"{folder / str(step)} cannot be written ({_reason(error)}): see that the disk has "
            "space and the folder can be written, then run the same command again; it goes on "
            "from the checkpoint before this one"
        ) from error


def _restore(manager: ocp.CheckpointManager, folder: Path, step: int, like: PyTree) -> PyTree:
    args = ocp.args.Composite(
        state=ocp.args.PyTreeRestore(
            item=like,
            restore_args=ocp.checkpoint_utils.construct_restore_args(like),
            partial_restore=True,
        )
    )
    state = _read(manager, folder, step, args).state
    # A partial restore leaves what the checkpoint lacks as it was asked for, and says nothing.
    missing = [
        jax.tree_util.keystr(path)
        for path, leaf in jax.tree.leaves_with_path(state)
        if isinstance(leaf, jax.ShapeDtypeStruct)
    ]
    if missing:
        raise UserError(
            f"{folder / str(step)} lacks {', '.join(missing)}: it is damaged or of another config; "
            "delete this folder to go on from the checkpoint before it"
        )
    return state


def _read(manager: ocp.CheckpointManager, folder: Path, step: int, args: Any) -> Any:
    try:
        return manager.restore(step, args=args)
    except Exception as error:  # Orbax raises many kinds; none of them tells the user what to do
        raise UserError(
            f"{folder / str(step)} does not restore ({_reason(error)}): if it is empty or cut "
            "short, delete this folder to go on from the checkpoint before it"
        ) from error


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
