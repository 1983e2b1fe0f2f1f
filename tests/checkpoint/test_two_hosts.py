"""Two hosts restore the same state, whatever one of them sees of a checkpoint."""

import shutil

import jax.numpy as jnp
import pytest

from lanet_jax.checkpoint import best, states
from lanet_jax.state import TrainState
from tests.checkpoint.saved import CARD, Method


def _state(step):
    return TrainState(
        step=jnp.int32(step),
        params={"net": jnp.full(3, float(step))},
        model_state={"net": jnp.zeros(2)},
        opt_state=jnp.zeros(2),
        key=jnp.zeros(2, jnp.uint32),
    )


# Process 1 sees the second folder, as on a shared disk that shows it an older state.
RESTORE = """
import contextlib, io, json, sys
from pathlib import Path
import jax
import numpy as np
jax.distributed.initialize(sys.argv[1], 2, int(sys.argv[2]))
from jax.sharding import Mesh, NamedSharding, PartitionSpec as P
from lanet_jax.checkpoint import best, states
from tests.checkpoint import test_two_hosts as here

everywhere = NamedSharding(Mesh(np.array(jax.devices()), ("data",)), P())
like = jax.tree.map(
    lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=everywhere), here._state(0)
)
told, said = io.StringIO(), {}
with contextlib.redirect_stderr(told):
    for case in sorted(path.name for path in Path(sys.argv[3]).iterdir()):
        workdir = Path(sys.argv[3 + jax.process_index()]) / case
        state = states.Checkpoints(workdir, 5, here.CARD).restore_newest(like)
        best.rewind(workdir, 9, state, here.Method, here.CARD, None)
        said[case] = [int(state.step), state.params["net"].tolist()]
print("said " + json.dumps([said, told.getvalue().splitlines()]), flush=True)
"""


def _without(name):
    return lambda run: shutil.rmtree(run / "checkpoints" / name)


def _cut(run):
    for path in (run / "checkpoints" / "6" / "state").rglob("*"):
        if path.is_file() and path.parent.name == "d":
            path.write_bytes(path.read_bytes()[:5])


HIDDEN = {
    "best": _without("best/6/state"),
    "card": _without("6/card"),
    "cut": _cut,
    "whole": _without("6"),
}


@pytest.fixture(scope="module")
def restored(two_hosts, tmp_path_factory):
    """The folder of process 0, and for each process: states by case, and the lines it told."""
    saved, *views = (tmp_path_factory.mktemp(name) for name in ("saved", "first", "second"))
    checkpoints = states.Checkpoints(saved, 5)
    for step in (3, 6):
        checkpoints.save(step, _state(step), CARD)
    checkpoints.close()
    best.save(saved, 6, _state(6), Method, CARD)
    for case, hide in HIDDEN.items():
        for view in views:
            shutil.copytree(saved, view / case)
        hide(views[1] / case)
    return views[0], two_hosts(RESTORE, *views)


@pytest.mark.parametrize("case", ["cut", "whole"])
def test_both_take_the_one_before_a_checkpoint_that_one_of_them_cannot_read(case, restored):
    folder, ((first, told), (second, _)) = restored
    assert first[case] == second[case] == [3, [3.0, 3.0, 3.0]]
    path = folder / case / "checkpoints" / "6"
    (line,) = [line for line in told if line.startswith(f"warning: {path} ")]
    assert "does not restore (on process 1: " in line and "resumes from step 3" in line
    assert path.with_name("6.broken").exists() and not path.exists()


def test_a_card_is_read_by_process_0_for_both(restored):
    _, ((first, _), (second, _)) = restored
    assert first["card"] == second["card"] == [6, [6.0, 6.0, 6.0]]


def test_a_best_state_that_one_of_them_cannot_read_is_moved_aside(restored):
    folder, ((first, told), (second, _)) = restored
    assert first["best"] == second["best"] == [6, [6.0, 6.0, 6.0]]
    path = folder / "best" / "checkpoints" / "best" / "6"
    (line,) = [line for line in told if line.startswith(f"warning: {path} ")]
    assert "does not restore (on process 1: " in line
    assert path.with_name("6.broken").exists() and not path.exists()
