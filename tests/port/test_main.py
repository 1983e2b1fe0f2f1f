"""The command `python -m lanet_jax.port`."""

import hashlib
import json

import numpy as np
import pytest

from lanet_jax.port.__main__ import main
from lanet_jax.port.name_table import table


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "face.npz"
    rng = np.random.default_rng(0)
    tensors = {row.source: rng.uniform(size=row.shape) for row in table(18, 2, "small")}
    tensors["bn1.num_batches_tracked"] = np.array(3)
    tensors["fc.weight"] = np.zeros((4, 16))
    np.savez(path, **tensors)
    return path


def failure(capsys, *argv):
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in argv])
    assert caught.value.code == 1
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert message.count("\n") == 1
    return message


def test_writes_weights_and_their_card(source, tmp_path, capsys):
    out = tmp_path / "ours.safetensors"
    main([str(source), str(out)])
    card = json.loads((tmp_path / "ours.json").read_text())
    assert card["source"] == "face.npz"
    assert card["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    expected = ["torchvision", 18, 2, "small"]
    assert [card[key] for key in ("layout", "depth", "width", "stem")] == expected
    assert card["mapping"]["conv1.weight"] == "params/conv1/kernel"
    assert set(card["dropped"]) == {"fc.weight", "bn1.num_batches_tracked"}
    printed = capsys.readouterr().out
    assert "ResNet-18, width 2, small stem" in printed
    assert "dropped: fc.weight (and 1 batch counters)" in printed
    again = tmp_path / "again.npz"
    main([str(out), str(again)])
    assert json.loads((tmp_path / "again.json").read_text())["layout"] == "lanet_jax"


def test_errors_end_with_one_line_and_write_nothing(source, tmp_path, capsys):
    assert "No such file" in failure(capsys, tmp_path / "absent.pth", tmp_path / "o.npz")
    assert ".safetensors or .npz" in failure(capsys, source, tmp_path / "o.pth")
    assert "missing" in failure(capsys, source, tmp_path / "o.npz", "--layout", "ijba")
    before = source.read_bytes()
    assert "is the source itself" in failure(capsys, source, source)
    assert source.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["face.npz"]
