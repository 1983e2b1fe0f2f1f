"""One flipped bit in any file of a checkpoint is noticed: in a state, and in a run's best one."""

import random
import shutil
import subprocess

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.checkpoint import best, checksums, orbax, states
from lanet_jax.errors import UserError
from lanet_jax.state import TrainState
from tests.checkpoint.saved import CARD, Method, like

# Orbax closes its event loop while tensorstore still reports to it that a read failed.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def _state():
    # As large as a network's kernels: small arrays lie within Orbax' own index, which has sums.
    kernel = np.random.default_rng(0).normal(size=(300, 256)).astype(np.float32)
    where = jax.sharding.SingleDeviceSharding(jax.devices()[0])
    return TrainState(
        step=jnp.int32(3),
        params={"net": jax.device_put(kernel, where)},
        model_state={"net": jax.device_put(kernel[0], where)},
        opt_state=jnp.zeros(2),
        key=jax.random.key(0),
    )


def _restore_state(workdir):
    return states.Checkpoints(workdir, 3).restore(3, like(_state())).params["net"]


def _restore_best(workdir):
    folder, step = states.find(workdir, "best")
    states.restore_card(folder, step)
    wanted = like(states.inference_part(_state().params, _state().model_state, Method))
    return orbax.restore(folder, step, wanted)["params"]["net"]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("summed") / "run"
    checkpoints = states.Checkpoints(folder, 3)
    checkpoints.save(3, _state(), CARD)
    checkpoints.close()
    best.save(folder, 3, _state(), Method, CARD)
    return folder


BOTH = pytest.mark.parametrize(
    ("where", "restore"),
    [("checkpoints/3", _restore_state), ("checkpoints/best/3", _restore_best)],
)


@BOTH
def test_a_flip_in_any_file_is_an_error_that_names_the_file(saved, where, restore):
    chance = random.Random(0)
    folder = saved / where
    np.testing.assert_array_equal(restore(saved), _state().params["net"])
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    largest = max(files, key=lambda path: path.stat().st_size)
    assert largest.stat().st_size > 250_000
    for path in [*files, largest, largest]:
        whole = path.read_bytes()
        changed = bytearray(whole)
        changed[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        try:
            with pytest.raises(orbax.BrokenError) as caught:
                restore(saved)
        finally:
            path.write_bytes(whole)
        if path.name != checksums.NAME:
            assert path.relative_to(folder).as_posix() in str(caught.value)
    np.testing.assert_array_equal(restore(saved), _state().params["net"])


@BOTH
def test_a_file_too_many_or_too_few_is_an_error(saved, where, restore, tmp_path):
    workdir = shutil.copytree(saved, tmp_path / "run")
    extra = workdir / where / "state" / "more"
    extra.touch()
    with pytest.raises(UserError, match="state/more is not what was written"):
        restore(workdir)
    extra.unlink()
    (workdir / where / "state" / "_sharding").unlink()
    with pytest.raises(UserError, match="state/_sharding is not what was written"):
        restore(workdir)


@BOTH
def test_the_sums_are_those_of_sha256sum(saved, where, restore):
    command = ["sha256sum", "--strict", "-c", checksums.NAME]
    done = subprocess.run(command, cwd=saved / where, capture_output=True, text=True, check=True)
    assert "state/manifest.ocdbt: OK" in done.stdout and "card/metadata: OK" in done.stdout


@BOTH
def test_one_of_an_earlier_version_restores_with_a_line(saved, where, restore, tmp_path, capsys):
    workdir = shutil.copytree(saved, tmp_path / "run")
    (workdir / where / checksums.NAME).unlink()
    np.testing.assert_array_equal(restore(workdir), _state().params["net"])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"note: {workdir / where} has no SHA256SUMS")


def test_sums_that_are_gone_are_missed(tmp_path):
    """A checkpoint that says which run it is of was written with sums."""
    checkpoints = states.Checkpoints(tmp_path, 3)
    checkpoints.save(3, _state(), {**CARD, "run": {"config": {}}})
    checkpoints.close()
    _restore_state(tmp_path)
    (tmp_path / "checkpoints" / "3" / checksums.NAME).unlink()
    with pytest.raises(orbax.BrokenError, match="it has lost SHA256SUMS"):
        _restore_state(tmp_path)


def test_what_a_kill_left_before_the_sums_is_no_checkpoint(saved, tmp_path):
    workdir = shutil.copytree(saved, tmp_path / "run")
    folder = workdir / "checkpoints"
    half = folder / "6.orbax-checkpoint-tmp-whole"
    shutil.copytree(folder / "3", half)
    (half / checksums.NAME).unlink()
    assert states.find(workdir, "last")[1] == 3
    checkpoints = states.Checkpoints(workdir, 3)
    assert checkpoints.latest() == 3
    checkpoints.save(6, _state(), CARD)
    assert not half.exists()
    assert checksums.wrong(folder / "6") == ""
