"""Torch checkpoints, where torch is there: strange tensors and corrupted files are refused."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.checkpoint.formats import read_checkpoint
from lanet_jax.errors import UserError

torch = pytest.importorskip("torch", reason="pip install 'lanet_jax[port]'")

STRANGE = {
    "one number that says it is 10**12": lambda: torch.zeros(1).expand(10**7, 10**5),
    "sparse": lambda: torch.eye(3).to_sparse(),
    "complex": lambda: torch.ones(2, dtype=torch.complex64),
    "without memory": lambda: torch.ones(2, device="meta"),
    "no tensor": lambda: [1.0],
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_tensor_is_named(tmp_path, name):
    path = tmp_path / "face.pth"
    torch.save({"state_dict": {"conv1.weight": STRANGE[name]()}}, path)
    with pytest.raises(UserError, match=r"not plain tensors: conv1\.weight"):
        read_checkpoint(path)


def test_a_name_that_is_a_number_is_refused(tmp_path):
    torch.save({5: torch.ones(2)}, tmp_path / "face.pth")
    with pytest.raises(UserError, match="not plain tensors: 5"):
        read_checkpoint(tmp_path / "face.pth")


def test_views_and_half_precision_are_read(tmp_path):
    state = {"t": torch.arange(6.0).reshape(2, 3).T, "h": torch.ones(3, dtype=torch.bfloat16)[1:]}
    torch.save(state, tmp_path / "face.pth")
    tensors, _ = read_checkpoint(tmp_path / "face.pth")
    np.testing.assert_array_equal(tensors["t"], [[0, 3], [1, 4], [2, 5]])
    np.testing.assert_array_equal(tensors["h"], np.ones(2, np.float32))


@pytest.mark.parametrize("zipped", [True, False])
@settings(max_examples=100)
@given(data=st.data())
def test_bytes(scratch, fuzz, zipped, data):
    file = io.BytesIO()
    state = {"state_dict": {"conv1.weight": torch.ones(4, 3, 7, 7), "n": torch.arange(8)}}
    torch.save(state, file, _use_new_zipfile_serialization=zipped)
    path = scratch / "face.pth"
    path.write_bytes(data.draw(fuzz.corrupted(file.getvalue())))
    found = fuzz.read(read_checkpoint, path)
    assert found is None or all(isinstance(value, np.ndarray) for value in found[0].values())
