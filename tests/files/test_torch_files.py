"""A torch file is read without running anything in it, and its damage is one line."""

import pickle
import sys

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.files import torch_files

torch = pytest.importorskip("torch")


@pytest.fixture
def save(tmp_path):
    def call(value, **options):
        path = tmp_path / "a.pt"
        torch.save(value, path, **options)
        return path

    return call


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (torch.tensor([[1.5, -2]]), np.float32),
        (torch.tensor([1.5, -2], dtype=torch.float64), np.float32),
        (torch.tensor([1.5, -2], dtype=torch.bfloat16), np.float32),
        (torch.tensor([3, 4]), np.int64),
        (torch.tensor([True, False]), bool),
        (torch.tensor([1.0], requires_grad=True), np.float32),
        (torch.zeros(0, 2), np.float32),
        (torch.arange(6.0).reshape(2, 3).T, np.float32),
    ],
)
def test_a_tensor_comes_back(save, tensor, expected):
    found = torch_files.read_tensor(save(tensor))
    assert found.dtype == expected
    np.testing.assert_array_equal(found, tensor.detach().double().numpy())


def test_the_old_format_is_read_too(save):
    path = save(torch.arange(3), _use_new_zipfile_serialization=False)
    assert torch_files.read_tensor(path).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"a": torch.zeros(1)}, "dict"),
        ([1.0], "list"),
        (torch.eye(2).to_sparse(), "Tensor"),
        (torch.zeros(2, dtype=torch.complex64), "Tensor"),
        (torch.zeros(2, device="meta"), "Tensor"),
        (torch.zeros(1).expand(1000), "Tensor"),  # one number that says it is a thousand
    ],
)
def test_what_is_no_plain_tensor_is_refused(save, value, told):
    with pytest.raises(UserError, match=f"holds a {told}, not one plain tensor"):
        torch_files.read_tensor(save(value))
    assert not torch_files.is_plain(value)


class Runs:
    def __reduce__(self):
        return sys.exit, (9,)


def test_code_is_not_run(save, tmp_path):
    with pytest.raises(UserError, match="may run code and are refused"):
        torch_files.read(save({"a": Runs()}))
    (tmp_path / "b.pt").write_bytes(pickle.dumps(Runs()))
    with pytest.raises(UserError, match="may run code and are refused"):
        torch_files.read(tmp_path / "b.pt")


def test_a_changed_bit_is_noticed(save):
    path = save(torch.zeros(1000))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"a\.pt: a damaged torch file \(.*does not have its check"):
        torch_files.read(path)


def test_damage_is_one_line(save, tmp_path):
    path = save(torch.zeros(10))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UserError, match=r"a\.pt: "):
        torch_files.read(path)
    with pytest.raises(UserError, match=r"absent\.pt: a damaged torch file \(No such file"):
        torch_files.read(tmp_path / "absent.pt")


def test_without_torch_the_command_that_installs_it_is_told(save, monkeypatch):
    path = save(torch.zeros(1))
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UserError, match=r"needs PyTorch: pip install 'lanet_jax\[port\]'"):
        torch_files.read(path)
