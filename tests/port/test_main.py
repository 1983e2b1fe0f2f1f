"""The command `lanet port`."""

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
    again = tmp_path / "new/er/again.npz"
    main([str(out), str(again)])
    assert json.loads((tmp_path / "new/er/again.json").read_text())["layout"] == "lanet_jax"


def test_errors_end_with_one_line_and_write_nothing(source, tmp_path, capsys):
    assert "No such file" in failure(capsys, tmp_path / "absent.pth", tmp_path / "o.npz")
    assert ".safetensors or .npz" in failure(capsys, source, tmp_path / "o.pth")
    assert "missing" in failure(capsys, source, tmp_path / "o.npz", "--layout", "ijba")
    before = source.read_bytes()
    assert "is the source itself" in failure(capsys, source, source)
    assert source.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["face.npz"]


def tensors():
    rng = np.random.default_rng(0)
    return {row.source: rng.uniform(size=row.shape) for row in table(18, 2, "small")}


@pytest.mark.parametrize(
    "way", [("model",), ("model_state_dict",), ("net",), ("model", "state_dict"), ("a", "b", "c")]
)
@pytest.mark.parametrize("prefix", ["", "module.", "backbone.", "module.encoder."])
def test_levels_and_prefixes_are_taken_off_and_told(tmp_path, capsys, way, prefix):
    torch = pytest.importorskip("torch")
    held = {prefix + name: torch.tensor(value) for name, value in tensors().items()}
    for name in reversed(way):
        held = {name: held, "epoch": 3, "optimizer": {"state": {0: {"exp_avg": torch.ones(3)}}}}
    torch.save(held, tmp_path / "face.pth")
    main([str(tmp_path / "face.pth"), str(tmp_path / "ours.npz")])
    printed = capsys.readouterr().out
    assert f"the weights under {'/'.join(way)!r} are taken" in printed
    assert (f"{prefix!r} is removed from the names" in printed) == (prefix not in ("", "module."))
    ours = np.load(tmp_path / "ours.npz")["params/bn1/scale"]
    np.testing.assert_allclose(ours, tensors()["bn1.weight"].astype(np.float32))
    assert {"epoch", "optimizer"} <= set(
        json.loads((tmp_path / "ours.json").read_text())["dropped"]
    )


def test_a_prefix_beside_other_names_is_named_and_taken_if_asked_for(tmp_path, capsys):
    arrays = {f"backbone.{name}": value for name, value in tensors().items()}
    np.savez(tmp_path / "face.npz", **arrays, **{"head.weight": np.ones((7, 16))})
    command = (tmp_path / "face.npz", tmp_path / "o.npz")
    message = failure(capsys, *command)
    assert "under 'backbone.' beside other tensors; --prefix=backbone. takes it" in message
    main([str(word) for word in (*command, "--prefix=backbone.")])
    dropped = json.loads((tmp_path / "o.json").read_text())["dropped"]
    assert dropped == {"head.weight": "does not begin with backbone."}
    (tmp_path / "o.json").unlink()
    main([str(word) for word in (*command, "--prefix=backbone")])
    assert json.loads((tmp_path / "o.json").read_text())["dropped"] == dropped
    assert "no name begins with --prefix=trunk." in failure(capsys, *command, "--prefix=trunk")


def test_two_networks_beside_each_other_are_both_named(tmp_path, capsys):
    """As MoCo saves them, query and key."""
    arrays = {f"{which}.{name}": value for which in "kq" for name, value in tensors().items()}
    np.savez(tmp_path / "face.npz", **arrays)
    message = failure(capsys, tmp_path / "face.npz", tmp_path / "o.npz")
    assert "under 'k.' and under 'q.' beside other tensors; --prefix=k. takes the first" in message


def test_two_networks_in_one_file_are_named(tmp_path, capsys):
    torch = pytest.importorskip("torch")
    held = {name: torch.tensor(value) for name, value in tensors().items()}
    torch.save({"model": held, "model_ema": held, "epoch": 3}, tmp_path / "face.pth")
    message = failure(capsys, tmp_path / "face.pth", tmp_path / "o.npz")
    assert "'model' and 'model_ema' could be the weights" in message
