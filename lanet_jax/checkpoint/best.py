"""The best state of a run so far, in `checkpoints/best/STEP`: only what inference needs."""

import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jax
import orbax.checkpoint as ocp

from lanet_jax.checkpoint import orbax, states
from lanet_jax.devices import hosts
from lanet_jax.methods.method import Method
from lanet_jax.run import paths
from lanet_jax.run.paths import RunFolder
from lanet_jax.state import TrainState
from lanet_jax.typing import PyTree


def save(workdir: Path, step: int, state: TrainState, method: Method, card: dict) -> None:
    """Saves a state in place of the best one so far.

    Args:
      workdir: work folder of the run.
      step: number of steps trained.
      state: the new best state.
      method: says which parts inference needs.
      card: the checkpoint's card, see `metadata.wrong_keys`.

    Raises:
      UserError: it cannot be written, or a later one is in its way, see `rewind`.
    """
    part = states.inference_part(state.params, state.model_state, method)
    _save(_folder(workdir), step, part, card)


def rewind(
    workdir: Path,
    step: int,
    state: TrainState,
    method: Method,
    card: dict[str, Any],
    best: int | None,
) -> None:
    """Moves aside, with a warning, what cannot be the best state of a resumed run.

    A best state that does not restore, or belongs to another run, becomes `STEP.broken`. One of a
    later step becomes `STEP.later`: the run will reach that step again, and Orbax saves no earlier
    step beside it. A best state that is lost is rebuilt from the checkpoint of its step if that is
    still kept; otherwise a warning says that it is lost.

    Args:
      workdir: work folder of the run.
      step: the step from which it resumes.
      state: the state at this step, for its shapes.
      method: says which parts inference needs.
      card: card of the run, which a best state's card must fit.
      best: the best step before this one, by the run's rows; None if there is none.
    """
    folder = _folder(workdir)
    like = jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=x.sharding),
        states.inference_part(state.params, state.model_state, method),
    )
    aside, kept = [], []
    for own in hosts.on_first(lambda: paths.steps(folder)):
        if own > step:
            aside.append((own, "later", f"is of a later step than {step}"))
        elif reason := _broken(folder, own, like, card):
            aside.append((own, "broken", f"does not restore ({reason})"))
        else:
            kept.append(own)
    if aside:
        hosts.on_first(functools.partial(_move, folder, aside, step))
    # A resumed run evaluates this very step again, and then saves it if it is the best.
    if best is not None and not {best, step} & set(kept):
        _make_again(workdir, best, like, card)


def _make_again(workdir: Path, step: int, like: PyTree, card: dict[str, Any]) -> None:
    folder = RunFolder(workdir).checkpoints.absolute()
    there = hosts.on_first(lambda: step in paths.steps(folder))
    if there and not _broken(folder, step, like, card):
        _save(_folder(workdir), step, orbax.restore(folder, step, like), card)
        told = f"it was rebuilt from {folder / str(step)}"
    else:
        told = (
            "--step=best has none, or an older one, until a better state comes; its row in "
            "metrics.jsonl still counts"
        )
    if jax.process_index() == 0:
        print(
            f"warning: {_folder(workdir)} has lost the best state, that of step {step}: {told}",
            file=sys.stderr,
        )


def _save(folder: Path, step: int, part: PyTree, card: dict[str, Any]) -> None:
    manager = orbax.open_manager(folder, 1)
    # A resumed run evaluates its step again, and may have saved it before.
    if not hosts.on_first(lambda: step in manager.all_steps()):
        args = ocp.args.Composite(state=ocp.args.PyTreeSave(part), card=ocp.args.JsonSave(card))
        orbax.save(manager, folder, step, args)
    with orbax.writing(folder):
        manager.close()


def _move(folder: Path, aside: Sequence[tuple[int, str, str]], good: int) -> None:
    then = f"the run resumes from step {good} and keeps the next better state"
    for step, ending, reason in aside:
        orbax.move_aside(folder / str(step), ending, reason, then)


def _broken(folder: Path, step: int, like: PyTree, card: dict[str, Any]) -> str:
    try:
        states.restore_card(folder, step, card)
        orbax.restore(folder, step, like)
    except orbax.BrokenError as error:
        return error.reason
    return ""


def _folder(workdir: Path) -> Path:
    return RunFolder(workdir).best.absolute()
