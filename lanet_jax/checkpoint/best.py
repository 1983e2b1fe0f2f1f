"""The best state of a run so far, in `checkpoints/best/STEP`: what inference needs of it."""

from pathlib import Path

import jax
import orbax.checkpoint as ocp

from lanet_jax.checkpoint import orbax, states
from lanet_jax.devices import hosts
from lanet_jax.methods.method import Method
from lanet_jax.state import TrainState


def save(workdir: Path, step: int, state: TrainState, method: Method, card: dict) -> None:
    """Keeps a state in the place of the best one before it.

    Args:
      workdir: of the run.
      step: of the state.
      state: the best so far.
      method: knows what inference needs of it.
      card: what the checkpoint says of itself.

    Raises:
      UserError: it cannot be written, or a later one is in its way, see `rewind`.
    """
    folder = _folder(workdir)
    manager = orbax.open_manager(folder, 1)
    if step not in manager.all_steps():  # a resumed run evaluates its step once more
        part = states.inference_part(state.params, state.model_state, method)
        args = ocp.args.Composite(state=ocp.args.PyTreeSave(part), card=ocp.args.JsonSave(card))
        orbax.save(manager, folder, step, args)
    with orbax.writing(folder):
        manager.close()


def rewind(workdir: Path, step: int, state: TrainState, method: Method) -> None:
    """Moves aside, loudly, what a run that goes on cannot take for its best state.

    What does not restore becomes `STEP.broken`, and what is of a later step `STEP.later`: the run
    will come there again, and a later name would keep the best state until then from being saved.

    Args:
      workdir: of the run.
      step: from which it goes on.
      state: at this step; it gives the shapes.
      method: knows what inference needs of it.
    """
    folder = _folder(workdir)
    like = jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=x.sharding),
        states.inference_part(state.params, state.model_state, method),
    )
    aside = []
    for path in sorted(folder.glob("*")):
        if not path.name.isdecimal():
            continue
        if int(path.name) > step:
            aside.append((path, "later", f"is of a later step than {step}"))
        elif not hosts.all_agree(not (reason := _broken(folder, int(path.name), like))):
            reason = reason or "another process could not read it"
            aside.append((path, "broken", f"does not restore ({reason})"))
    if aside:
        then = f"the run goes on from step {step} and keeps the next better state"
        hosts.on_first(lambda: [orbax.move_aside(*what, then) for what in aside])


def _broken(folder: Path, step: int, like: dict) -> str:
    try:
        states.restore_card(folder, step)
        states.restore_inference(folder, step, like)
    except orbax.BrokenError as error:
        return error.reason
    return ""


def _folder(workdir: Path) -> Path:
    return (workdir / states.BEST).absolute()
