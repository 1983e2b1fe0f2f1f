"""Ported weights on disk: round trip, partial trunks, and named mismatches."""

import json
from pathlib import Path

import jax
import numpy as np
import pytest

from lanet_jax.checkpoint import model_file, pretrained
from lanet_jax.checkpoint.pretrained import load_backbone, save
from lanet_jax.errors import UserError
from lanet_jax.models import backbones
from lanet_jax.models.resnet import ResNet
from lanet_jax.shipped import SHIPPED

CARD = {
    "classes": ["anger", "fear"],
    **{"size": 32, "depth": 18, "width": 2, "stem": "imagenet", "method": "ce"},
    **{"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
}


def random_tree(seed=0, **arguments):
    network = ResNet(width=2, **arguments)
    channels = 2 if network.first_stage == 2 else 3
    image = jax.ShapeDtypeStruct((1, 32, 32, channels), np.float32)
    tree = jax.eval_shape(lambda x: network.init(jax.random.key(0), x, True), image)
    rng = np.random.default_rng(seed)
    tree = jax.tree.map(lambda leaf: rng.uniform(size=leaf.shape).astype(np.float32), tree)
    return tree["params"], tree["batch_stats"]


def load_failure(*arguments, **options):
    with pytest.raises(UserError) as caught:
        load_backbone(*arguments, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("ending", [".npz", ".safetensors"])
@pytest.mark.parametrize("depth", [18, 50])
def test_round_trip(tmp_path, ending, depth):
    path = tmp_path / f"face{ending}"
    params, stats = random_tree(depth=depth)
    save(path, params, stats, {"layout": "ijba"})
    assert json.loads((tmp_path / "face.json").read_text()) == {"layout": "ijba"}
    assert {p.name for p in tmp_path.iterdir()} == {path.name, "face.json"}
    loaded = load_backbone(str(path), *random_tree(seed=1, depth=depth))
    assert jax.tree.structure(loaded) == jax.tree.structure((params, stats))
    jax.tree.map(np.testing.assert_array_equal, loaded, (params, stats))


def test_a_transposed_view_is_written_in_order(tmp_path):
    params, stats = random_tree()
    view = np.arange(6 * 49, dtype=np.float32).reshape(2, 3, 7, 7).transpose(2, 3, 1, 0)
    params["conv1"]["kernel"] = view
    for name in ("a.npz", "b.safetensors"):
        save(tmp_path / name, params, stats, {})
        loaded, _ = load_backbone(tmp_path / name, params, stats)
        np.testing.assert_array_equal(loaded["conv1"]["kernel"], view)


def test_a_trunk_from_stage_two_takes_its_part_only_when_told(tmp_path):
    path = tmp_path / "face.npz"
    params, stats = random_tree()
    save(path, params, stats, {})
    trunk = random_tree(seed=1, first_stage=2)
    loaded_params, loaded_stats = load_backbone(path, *trunk, unused=("conv1", "bn1", "layer1"))
    assert set(loaded_params) == {"layer2", "layer3", "layer4"}
    for name in loaded_params:
        jax.tree.map(np.testing.assert_array_equal, loaded_params[name], params[name])
        jax.tree.map(np.testing.assert_array_equal, loaded_stats[name], stats[name])
    message = load_failure(path, *trunk, unused=("conv1", "bn1"))
    assert "extra (" in message
    assert "params/layer1/0/conv1/kernel" in message
    assert "params/conv1/kernel" not in message


def test_unused_never_hides_a_part_the_network_has(tmp_path):
    path = tmp_path / "face.npz"
    save(path, *random_tree(), {})
    message = load_failure(path, *random_tree(), unused=("conv1",))
    assert "1 missing (params/conv1/kernel)" in message


def test_another_stem_width_or_depth_names_the_tensors(tmp_path):
    path = tmp_path / "face.npz"
    save(path, *random_tree(), {})
    message = load_failure(path, *random_tree(stem="small"))
    assert "1 wrong shape (params/conv1/kernel is (7, 7, 3, 2), not (3, 3, 3, 2))" in message
    message = load_failure(path, *random_tree(depth=50))
    assert "params/layer1/2/conv3/kernel" in message
    assert "batch_stats/layer4/2/bn3/var" in message


def test_unported_files_name_the_command(tmp_path):
    path = tmp_path / "face.npz"
    np.savez(path, **{"conv1.weight": np.zeros(2)})
    command = f"`lanet port {path} OUT.safetensors`"
    assert command in load_failure(path, *random_tree())
    path.write_bytes(b"\x80\x02}q\x00.")
    message = load_failure(path, *random_tree())
    assert "a pickle file" in message
    assert command in message


def test_unknown_ending_is_refused_before_writing(tmp_path):
    with pytest.raises(UserError, match=r"\.safetensors or \.npz"):
        save(tmp_path / "face.pth", *random_tree(), {})
    assert not list(tmp_path.iterdir())


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "face.npz"
    save(path, *random_tree(), {"source": "old"})
    old = path.read_bytes()

    def fill_disk(file, **arrays):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pretrained.np, "savez", fill_disk)
    with pytest.raises(OSError, match=r"No space left on device: .*face\.npz"):
        save(path, *random_tree(seed=1), {"source": "new"})
    assert path.read_bytes() == old
    assert json.loads((tmp_path / "face.json").read_text()) == {"source": "old"}
    assert {p.name for p in tmp_path.iterdir()} == {"face.npz", "face.json"}


def test_an_absent_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent/face\.json"):
        save(Path(tmp_path / "absent" / "face.npz"), *random_tree(), {})


def test_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert pretrained.find("~/w.safetensors") == tmp_path / "w.safetensors"


def test_a_card_of_something_else_is_not_replaced(tmp_path):
    tree = {"a": np.ones(1, np.float32)}, {"b": np.ones(1, np.float32)}
    card = {"source": "x.pth", "sha256": "0"}
    for _ in range(2):  # its own is
        save(tmp_path / "w.safetensors", *tree, card)
    with pytest.raises(UserError, match=r"may be the card of w\.safetensors"):
        save(tmp_path / "w.npz", *tree, card)
    (tmp_path / "config.json").write_text('{"method": "ce"}')
    with pytest.raises(UserError, match=r"is not the card of config\.safetensors"):
        save(tmp_path / "config.safetensors", *tree, card)


def test_a_trained_network_gives_its_backbone(tmp_path):
    path = tmp_path / "model.safetensors"
    params, stats = random_tree()
    of_head = {"kernel": np.ones((16, 7), np.float32), "bias": np.ones(7, np.float32)}
    network = {"expression": {"backbone": params, "fc": of_head}}
    model_file.write(path, network, {"expression": {"backbone": stats}}, CARD, half=True)
    loaded = load_backbone(path, *random_tree(seed=1))
    rounded = jax.tree.map(lambda x: x.astype(np.float16) if x.ndim > 1 else x, (params, stats))
    jax.tree.map(np.testing.assert_array_equal, loaded, rounded)
    assert {x.dtype for x in jax.tree.leaves(loaded)} == {np.dtype(np.float32)}


def test_a_trained_network_gives_its_frozen_stages_too(tmp_path):
    path = tmp_path / "model.safetensors"
    params, stats = random_tree()
    below = ("conv1", "bn1", "layer1")
    frozen, rest = (
        [{k: v for k, v in tree.items() if (k in below) is of} for tree in (params, stats)]
        for of in (True, False)
    )
    state = {
        "expression": {"backbone": rest[1]},
        "frozen": {"params": frozen[0], "batch_stats": frozen[1]},
    }
    model_file.write(path, {"expression": {"backbone": rest[0]}}, state, CARD)
    loaded = load_backbone(path, *random_tree(seed=1))
    jax.tree.map(np.testing.assert_array_equal, loaded, (params, stats))


def test_the_bundled_network_has_a_name():
    assert pretrained.find("bundled") == SHIPPED
    card = json.loads(SHIPPED.with_suffix(".json").read_text())
    whole = backbones.make(card)
    params, _ = load_backbone(SHIPPED, *backbones.shapes(whole, card["size"]), whole.left_out)
    assert {"layer1", "layer4"} <= set(params)
    assert pretrained.colours(SHIPPED) == {"mean": card["mean"], "std": card["std"]}
