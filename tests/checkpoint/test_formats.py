"""Reading checkpoints: formats told by content, and nothing in a file ever runs."""

import pickle
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from lanet_jax.checkpoint.formats import file_format, read_checkpoint
from lanet_jax.errors import UserError


class Payload:
    """Creates a file when unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


def failure(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_checkpoint(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def test_npz_and_safetensors_give_their_arrays_whatever_the_ending(tmp_path):
    arrays = {"a.b": np.arange(6.0, dtype=np.float32).reshape(2, 3), "c/d": np.array(3)}
    with (tmp_path / "one.pth").open("wb") as file:
        np.savez(file, **arrays)
    save_file(arrays, tmp_path / "two.bin")
    for name in ("one.pth", "two.bin"):
        tensors, beside = read_checkpoint(tmp_path / name)
        assert beside == []
        assert set(tensors) == set(arrays)
        np.testing.assert_array_equal(tensors["a.b"], arrays["a.b"])


def test_a_payload_in_an_npz_does_not_run(tmp_path):
    path, mark = tmp_path / "evil.npz", tmp_path / "ran"
    np.savez(path, **{"conv1.weight": np.array([Payload(mark)], dtype=object)})
    np.load(path, allow_pickle=True)["conv1.weight"]
    assert mark.exists()  # the payload is live
    mark.unlink()
    assert "refused" in failure(path)
    assert not mark.exists()


@pytest.mark.parametrize("protocol", [0, 1, 2, 4])
def test_a_pickle_is_refused_unread_and_the_printed_command_converts_it(tmp_path, protocol):
    path, mark = tmp_path / "face.pkl", tmp_path / "ran"
    content = {"conv1.weight": np.ones((2, 3), np.float32), "x": Payload(mark)}
    path.write_bytes(pickle.dumps(content, protocol))
    message = failure(path)
    assert not mark.exists()
    if protocol == 2:
        content["x"] = np.zeros(1)
        path.write_bytes(pickle.dumps(content, protocol))
        command = message.partition("convert it yourself: ")[2].partition(" and give ")[0]
        words = shlex.split(command)
        assert words[0] == "python"
        subprocess.run([sys.executable, *words[1:]], check=True)
        tensors, _ = read_checkpoint(tmp_path / "face.npz")
        np.testing.assert_array_equal(tensors["conv1.weight"], np.ones((2, 3)))


def test_a_torch_file_without_torch_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    path = tmp_path / "face.pth"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    assert file_format(path) == "torch"
    assert "pip install 'lanet_jax[port]'" in failure(path)
    path.write_bytes(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.")
    assert file_format(path) == "torch"  # the format before zip archives


@pytest.mark.parametrize("content", [b"<!DOCTYPE html><html>", b"", b"conv1"])
def test_something_else_is_no_checkpoint(tmp_path, content):
    path = tmp_path / "face.pth"
    path.write_bytes(content)
    assert "not a checkpoint" in failure(path)


def test_missing_file_and_folder(tmp_path):
    assert "No such file" in failure(tmp_path / "absent.pth")
    assert "Is a directory" in failure(tmp_path)


@pytest.mark.parametrize("kept", [0.3, 0.97])
def test_truncated_files_are_called_damaged(tmp_path, kept):
    arrays = {"conv1.weight": np.ones((40, 40), np.float32)}
    np.savez(tmp_path / "a.npz", **arrays)
    save_file(arrays, tmp_path / "a.safetensors")
    for path in (tmp_path / "a.npz", tmp_path / "a.safetensors"):
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * kept)])
        assert "damaged" in failure(path)


def test_a_flipped_byte_in_an_npz_is_called_damaged(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, a=np.zeros(1000))
    content = bytearray(path.read_bytes())
    content[4000] ^= 1
    path.write_bytes(content)
    assert "damaged" in failure(path)


def one_number(path: Path, kind: bytes, data: bytes) -> None:
    header = b'{"a":{"dtype":"%s","shape":[1],"data_offsets":[0,%d]}}' % (kind, len(data))
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)


def test_bfloat16_safetensors_are_read(tmp_path):
    path = tmp_path / "a.safetensors"
    one_number(path, b"BF16", b"\x80\x3f")
    assert read_checkpoint(path)[0]["a"].astype(np.float32) == 1.0


def test_an_unknown_type_is_refused_with_advice(tmp_path):
    path = tmp_path / "a.safetensors"
    one_number(path, b"F99", b"\x80\x3f")
    assert "save it again as float32" in failure(path)


def test_one_flipped_bit_in_a_torch_file_is_noticed(tmp_path):
    torch = pytest.importorskip("torch", reason="pip install 'lanet_jax[port]'")
    path, weights = tmp_path / "face.pth", np.random.default_rng(0).normal(size=64).astype("f4")
    torch.save({"conv1.weight": torch.from_numpy(weights)}, path)
    content = bytearray(path.read_bytes())
    content[content.index(weights.tobytes()) + 50] ^= 4
    path.write_bytes(content)
    assert not np.array_equal(torch.load(path)["conv1.weight"], weights)  # torch does not notice
    assert "a damaged torch file" in failure(path)
    assert "does not have its checksum" in failure(path)
