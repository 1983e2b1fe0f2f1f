"""The best state of a resumed run: neither a broken one nor a later one is in its way."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.checkpoint import best, orbax, states
from lanet_jax.errors import UserError
from lanet_jax.state import TrainState
from tests.checkpoint.saved import CARD, Method, truncate, without_card

# Orbax closes its event loop while tensorstore still reports to it that a read failed.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def _state(step):
    noise = np.random.default_rng(step).normal(size=(50, 40)).astype(np.float32)
    where = jax.sharding.SingleDeviceSharding(jax.devices()[0])
    return TrainState(
        step=jnp.int32(step),
        params={"net": jax.device_put(noise, where), "head": jnp.zeros(3)},
        model_state={"net": jax.device_put(noise[0], where), "bank": jnp.zeros(3)},
        opt_state=jnp.zeros(2),
        key=jax.random.key(0),
    )


def _save(folder, step):
    best.save(folder, step, _state(step), Method, CARD)


def _kept(folder):
    where, step = states.find(folder, "best")
    state = _state(step)
    like = jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=x.sharding),
        states.inference_part(state.params, state.model_state, Method),
    )
    found = orbax.restore(where, step, like)
    np.testing.assert_array_equal(found["params"]["net"], state.params["net"])
    return step


def test_a_better_one_takes_the_place_of_the_one_before(tmp_path, capsys):
    for step in (3, 6):
        _save(tmp_path, step)
        best.rewind(tmp_path, step, _state(step), Method, CARD, step)
        _save(tmp_path, step)  # as a resumed run does
    assert [path.name for path in (tmp_path / "checkpoints" / "best").iterdir()] == ["6"]
    assert _kept(tmp_path) == 6 and not capsys.readouterr().err


@pytest.mark.parametrize("damage", [truncate, without_card])
def test_a_broken_one_is_moved_aside_and_its_step_saved_again(damage, tmp_path, capsys):
    _save(tmp_path, 6)
    folder = tmp_path / "checkpoints" / "best"
    damage(folder / "6")
    best.rewind(tmp_path, 6, _state(6), Method, CARD, None)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"warning: {folder / '6'} does not restore (") and "6.broken" in line
    _save(tmp_path, 6)
    assert _kept(tmp_path) == 6 and (folder / "6.broken").exists()


def test_one_of_a_later_step_is_moved_aside(tmp_path, capsys):
    _save(tmp_path, 9)
    best.rewind(tmp_path, 3, _state(3), Method, CARD, None)
    (line,) = capsys.readouterr().err.splitlines()
    assert "is of a later step than 3" in line and "9.later" in line
    _save(tmp_path, 6)
    assert _kept(tmp_path) == 6


def test_a_save_that_orbax_declines_is_an_error(tmp_path):
    _save(tmp_path, 9)
    with pytest.raises(UserError, match=r"best/6 was not written, as step 9 .*same command again"):
        _save(tmp_path, 6)
    checkpoints = states.Checkpoints(tmp_path / "run", 3)
    checkpoints.save(9, _state(9), CARD)
    with pytest.raises(UserError, match="checkpoints/6 was not written"):
        checkpoints.save(6, _state(6), CARD)


def test_a_run_without_a_best_state_has_nothing_to_move(tmp_path):
    best.rewind(tmp_path, 0, _state(0), Method, CARD, None)
    assert not (tmp_path / "checkpoints").exists()


def test_one_that_is_gone_is_made_again_from_the_checkpoint_of_its_step(tmp_path, capsys):
    checkpoints = states.Checkpoints(tmp_path, 3)
    for step in (3, 6):
        checkpoints.save(step, _state(step), CARD)
    checkpoints.close()
    best.rewind(tmp_path, 6, _state(6), Method, CARD, 3)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"warning: {tmp_path / 'checkpoints' / 'best'} has lost the best state")
    assert line.endswith(f"rebuilt from {tmp_path / 'checkpoints' / '3'}")
    assert _kept(tmp_path) == 3
    best.rewind(tmp_path, 6, _state(6), Method, CARD, 3)
    assert not capsys.readouterr().err


def test_one_that_is_gone_with_its_checkpoint_is_said_to_be_lost(tmp_path, capsys):
    best.rewind(tmp_path, 9, _state(9), Method, CARD, 3)
    (line,) = capsys.readouterr().err.splitlines()
    assert "has lost the best state, that of step 3: --step=best has none" in line


def test_one_of_another_run_is_moved_aside_by_its_name(tmp_path, capsys):
    _save(tmp_path, 6)
    best.rewind(tmp_path, 6, _state(6), Method, CARD | {"method": "rul"}, None)
    (line,) = capsys.readouterr().err.splitlines()
    assert "6 does not restore (is of another run: method ce there, rul here)" in line
    assert (tmp_path / "checkpoints" / "best" / "6.broken").exists()
