"""What can hold a pickle, and is read by us, never runs one."""

import importlib.util
import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from data.affectnet import layout_2021
from data.landmarks import table as landmark_table
from lanet_jax.checkpoint.formats import read_checkpoint
from lanet_jax.checkpoint.pretrained import load_backbone
from lanet_jax.errors import UserError

# How a torch file from before zip archives begins: magic number, protocol, what the machine was.
LEGACY = b"".join(
    pickle.dumps(value, 2)
    for value in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True, "protocol_version": 1001})
)


class Command:
    """Runs a command of the shell when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


class Code:
    """Runs Python code when it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return exec, (f"open({str(self.mark)!r}, 'w').close()",)


class Setter:
    """Calls a method with its state when it is unpickled (the opcode BUILD)."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Setter, (self.mark,), {"mark": self.mark}

    def __setstate__(self, state):
        open(state["mark"], "w").close()


def text_pickle(payload):
    """In the text protocol of Python 2, in which VGGFace2's weights come."""
    return pickle.dumps({"conv1.weight": np.ones(2), "x": payload}, 0)


def binary_pickle(payload):
    return pickle.dumps({"conv1.weight": np.ones(2), "x": payload}, 2)


def newest_pickle(payload):
    return pickle.dumps(payload, 5)


def object_array(payload):
    file = io.BytesIO()
    np.save(file, np.array([payload], object), allow_pickle=True)
    return file.getvalue()


def object_npz(payload):
    file = io.BytesIO()
    arrays = {"points": np.zeros((1, 2, 2)), "ok": np.ones(1, bool), "scheme": np.array("points5")}
    np.savez(file, name=np.array([payload], object), **arrays)
    return file.getvalue()


def torch_zip(payload):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"state_dict": payload}, 2))
        archive.writestr("archive/byteorder", "little")
        archive.writestr("archive/version", "3\n")
    return file.getvalue()


def legacy_torch(payload):
    return LEGACY + pickle.dumps({"state_dict": payload}, 2) + pickle.dumps([], 2)


def disguised_safetensors(payload):
    content = pickle.dumps(payload, 2)
    return len(content).to_bytes(8, "little") + b"{" + content


FORMATS = [
    *(text_pickle, binary_pickle, newest_pickle, object_array, object_npz, torch_zip),
    *(legacy_torch, disguised_safetensors),
]
TORCH = (torch_zip, legacy_torch)
# A reader, and what it says of a form it opens and finds objects in, and of one it does not open.
OBJECTS = "which may run code and (is|are) refused"
READERS = {
    "weights to port": (read_checkpoint, f"{OBJECTS}|: not a checkpoint|: a damaged safetensors"),
    "weights to start from": (
        lambda path: load_backbone(path, {}, {}),
        f"{OBJECTS}|: not a checkpoint|: a damaged safetensors|: a (pickle|torch) file, not ported",
    ),
    "landmarks": (
        landmark_table.load,
        f"{OBJECTS}| is not a landmark file",
    ),
    "an expression of AffectNet": (layout_2021._expression, f"{OBJECTS}|: a damaged npy file"),
    "points of AffectNet": (layout_2021._points, f"{OBJECTS}|: a damaged npy file"),
}


@pytest.mark.parametrize("payload", [Command, Code, Setter])
def test_the_payloads_are_live(tmp_path, payload):
    mark = tmp_path / "ran"
    np.load(io.BytesIO(object_array(payload(mark))), allow_pickle=True)
    assert mark.exists()


@pytest.mark.parametrize("payload", [Command, Code, Setter])
@pytest.mark.parametrize("form", TORCH)
def test_the_payloads_are_live_in_torch(tmp_path, form, payload):
    torch = pytest.importorskip("torch", reason="pip install 'lanet_jax[port]'")
    mark, path = tmp_path / "ran", tmp_path / "evil.bin"
    path.write_bytes(form(payload(mark)))
    torch.load(path, weights_only=False)
    assert mark.exists()


@pytest.mark.parametrize("payload", [Command, Code, Setter])
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("reader", READERS)
def test_a_payload_is_refused_and_does_not_run(tmp_path, reader, form, payload):
    read, said = READERS[reader]
    opened = (read_checkpoint, landmark_table.load)
    if read in opened and form in TORCH and not importlib.util.find_spec("torch"):
        pytest.skip("pip install 'lanet_jax[port]'")  # nothing would be opened
    mark, path = tmp_path / "ran", tmp_path / "evil.bin"
    path.write_bytes(form(payload(mark)))
    with pytest.raises(UserError, match=said) as caught:
        read(path)
    assert len(str(caught.value).splitlines()) == 1
    assert not mark.exists()
