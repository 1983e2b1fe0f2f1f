"""The port: parity with torch from the golden file, and every layout's rules."""

from pathlib import Path

import jax
import numpy as np
import pytest
from flax.traverse_util import flatten_dict

from lanet_jax.errors import UserError
from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.pure import apply
from lanet_jax.models.resnet import ResNet
from lanet_jax.port.convert import LAYOUTS, VGGFACE2_IDENTITIES, convert
from lanet_jax.port.name_table import table

GOLDEN = Path(__file__).parents[1] / "golden" / "resnet.npz"
CASES = [(18, "imagenet"), (18, "small"), (50, "imagenet"), (50, "small")]


def unpack(golden, case):
    sizes = [tuple(map(int, text.split(","))) for text in golden[f"{case}/shapes"]]
    cuts = np.cumsum([np.prod(size) for size in sizes])[:-1]
    parts = np.split(golden[f"{case}/values"].astype(np.float32), cuts)
    named = zip(golden[f"{case}/names"], parts, sizes, strict=True)
    return {str(name): part.reshape(size) for name, part, size in named}


def torch_weights(golden, depth, stem):
    return unpack(golden, f"{depth}/imagenet") | unpack(golden, f"{depth}/{stem}")


def random_source(depth=18, width=1, stem="imagenet", prefix="", seed=0):
    rng = np.random.default_rng(seed)
    tensors = {}
    for row in table(depth, width, stem):
        tensors[prefix + row.source] = rng.normal(size=row.shape).astype(np.float32)
        if row.source.endswith("running_var"):
            tensors[prefix + row.source] = np.abs(tensors[prefix + row.source])
            counter = row.source.replace("running_var", "num_batches_tracked")
            tensors[prefix + counter] = np.array(7)
    return tensors


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN, allow_pickle=False) as archive:
        return dict(archive)


@pytest.mark.parametrize(("depth", "stem"), CASES)
@pytest.mark.parametrize("train", [False, True])
def test_stages_and_logits_equal_torch(golden, depth, stem, train):
    weights = torch_weights(golden, depth, stem)
    ported = convert(weights, "auto", "golden")
    assert (ported.card["depth"], ported.card["stem"]) == (depth, stem)
    backbone = ResNet(depth, ported.card["width"], stem)
    fc = {"kernel": weights["fc.weight"].T, "bias": weights["fc.bias"]}
    variables = {"backbone": ported.params, "fc": fc}, {"backbone": ported.stats}
    case = f"{depth}/{stem}"
    height, width = golden[f"{case}/size"]
    images = golden["images"][:, :height, :width].astype(np.float32) / 32
    run = jax.jit(apply, static_argnums=(0, 4))
    (logits, _, maps), stats = run(Classifier(backbone, 3), *variables, images, train)
    mode = "train" if train else "eval"
    # Linen's one-pass variance loses about a digit, which 53 normalisations by batch statistics
    # magnify; a variance divided by n - 1, or any wrong tensor, is off by 1e-2 and more.
    tolerance = 2e-3 if train and depth == 50 else 1e-4
    assert len(maps) == 4
    outputs = {f"stage{stage}": value for stage, value in enumerate(maps, start=1)}
    for name, ours in (outputs | {"logits": logits}).items():
        theirs = golden[f"{case}/{mode}/{name}"]
        assert np.abs(theirs).max() > 0.3  # far from the trivial zero
        np.testing.assert_allclose(
            ours[: len(theirs)], theirs, rtol=1e-4, atol=tolerance, err_msg=name
        )
    if train:
        _assert_running_statistics(golden, case, images, stats["backbone"], ported.stats)


def _assert_running_statistics(golden, case, images, stats, before):
    # The running variance is divided by n - 1 in torch and by n in Linen; the map by n in both.
    n = len(images) * -(-images.shape[1] // 2) * -(-images.shape[2] // 2)
    mean, var = golden[f"{case}/running/mean"], golden[f"{case}/running/var"]
    var = 0.9 * before["bn1"]["var"] + (var - 0.9 * before["bn1"]["var"]) * (n - 1) / n
    np.testing.assert_allclose(stats["bn1"]["mean"], mean, atol=1e-5)
    np.testing.assert_allclose(stats["bn1"]["var"], var, atol=1e-5)


@pytest.mark.parametrize(("depth", "stem"), CASES)
def test_table_is_exactly_the_tree_of_the_network(depth, stem):
    network = ResNet(depth, 4, stem)
    image = jax.ShapeDtypeStruct((1, 64, 64, 3), np.float32)
    tree = jax.eval_shape(lambda x: network.init(jax.random.key(0), x, True), image)
    shapes = {path: leaf.shape for path, leaf in flatten_dict(tree, sep="/").items()}
    assert {row.path: row.our_shape for row in table(depth, 4, stem)} == shapes


def test_table_has_torchvisions_number_of_tensors():
    # torchvision: 122 entries for ResNet-18 and 320 for ResNet-50, minus fc (2) and a counter for
    # each of the 20 and 53 normalisations.
    assert len(table(18, 64, "imagenet")) == 122 - 2 - 20
    assert len(table(50, 64, "imagenet")) == 320 - 2 - 53


def test_a_kernel_is_transposed_and_nothing_else():
    source = random_source(width=2)
    ported = convert(source, "auto", "x")
    kernel, theirs = (
        ported.params["layer2"]["0"]["conv1"]["kernel"],
        source["layer2.0.conv1.weight"],
    )
    assert kernel.shape == (3, 3, 2, 4)
    assert kernel[0, 2, 1, 3] == theirs[3, 1, 0, 2]
    downsample = ported.stats["layer2"]["0"]["downsample"]["1"]["mean"]
    np.testing.assert_array_equal(downsample, source["layer2.0.downsample.1.running_mean"])


HEADS = {
    "torchvision": ("", {"fc.weight": (5, 8), "fc.bias": (5,)}),
    "ijba": (
        "module.",
        {"module.feature.weight": (4, 8), "module.feature.bias": (4,), "module.fc.weight": (9, 4)},
    ),
    "criterion": ("", {"criterion.weight": (4, 9), "criterion.fc.bias": (2,), "fc.bias": (9,)}),
}


@pytest.mark.parametrize("layout", HEADS)
@pytest.mark.parametrize("given", ["auto", "same"])
def test_each_layout_accounts_for_every_tensor(layout, given):
    prefix, heads = HEADS[layout]
    backbone = random_source(prefix=prefix)
    source = backbone | {name: np.ones(shape, np.float32) for name, shape in heads.items()}
    ported = convert(source, layout if given == "same" else given, "x")
    assert ported.card["layout"] == layout
    mapping, dropped = ported.card["mapping"], ported.card["dropped"]
    assert set(mapping) | set(dropped) == set(source)
    assert not set(mapping) & set(dropped)
    assert {name for name in dropped if not name.endswith("num_batches_tracked")} == set(heads)
    assert mapping[f"{prefix}layer1.1.bn2.running_var"] == "batch_stats/layer1/1/bn2/var"
    plain = convert(random_source(), "torchvision", "x")
    jax.tree.map(np.testing.assert_array_equal, ported.params, plain.params)
    jax.tree.map(np.testing.assert_array_equal, ported.stats, plain.stats)


def test_vggface2_carries_a_note_on_its_stride():
    source = random_source(depth=50)
    source["fc.weight"] = np.zeros((VGGFACE2_IDENTITIES, 32), np.float32)
    card = convert(source, "auto", "x").card
    assert card["layout"] == "vggface2"
    assert "stride" in card["note"]
    source["fc.weight"] = np.zeros((1000, 32), np.float32)
    assert "note" not in convert(source, "auto", "x").card


@pytest.mark.parametrize(("depth", "stem"), CASES)
def test_our_own_output_converts_to_itself(depth, stem):
    first = convert(random_source(depth, 2, stem), "auto", "x")
    flat = flatten_dict({"params": first.params, "batch_stats": first.stats}, sep="/")
    second = convert(flat, "auto", "x")
    assert second.card["layout"] == "lanet_jax"
    assert [second.card[key] for key in ("depth", "width", "stem")] == [depth, 2, stem]
    jax.tree.map(np.testing.assert_array_equal, second.params, first.params)
    jax.tree.map(np.testing.assert_array_equal, second.stats, first.stats)


def failure(tensors, layout="auto"):
    with pytest.raises(UserError) as caught:
        convert(tensors, layout, "face.pth")
    message = str(caught.value)
    assert message.startswith("face.pth: ")
    assert "\n" not in message
    return message


def test_missing_extra_and_wrong_shapes_are_all_listed():
    source = random_source()
    del source["layer3.1.conv2.weight"], source["bn1.running_mean"]
    source["layer5.weight"] = np.zeros(3, np.float32)
    source["bn1.bias"] = np.zeros(3, np.float32)
    message = failure(source)
    assert "2 missing (bn1.running_mean, layer3.1.conv2.weight)" in message
    assert "1 extra (layer5.weight)" in message
    assert "1 wrong shape (bn1.bias is (3,), not (1,))" in message


@pytest.mark.parametrize("names", [["layer1.2.conv1.weight"], ["layer4.0.se.fc1.weight"]])
def test_a_deeper_or_different_network_is_refused(names):
    extra = {name: np.zeros((1, 1, 3, 3), np.float32) for name in names}
    assert f"1 extra ({names[0]})" in failure(random_source() | extra)


def test_unknown_layout_shows_the_first_names():
    message = failure({"patch_embed.weight": np.zeros(2), "head": np.zeros(2)})
    assert "unknown layout" in message
    assert "patch_embed.weight, head" in message
    assert "first names: none" in failure({})


def test_the_wrong_layout_drops_nothing_silently():
    source = random_source() | {"criterion.weight": np.ones(2, np.float32)}
    assert "1 extra (criterion.weight)" in failure(source, "torchvision")
    assert "100 missing" in failure(random_source(), "ijba")
    with pytest.raises(UserError, match=f"choose auto, {', '.join(LAYOUTS)}"):
        convert(source, "nonsense", "x")


@pytest.mark.parametrize("shape", [(), (3,), (8, 3, 5, 5), (3, 3)])
def test_a_strange_first_kernel_is_a_wrong_shape(shape):
    source = random_source() | {"conv1.weight": np.ones(shape, np.float32)}
    assert f"conv1.weight is {shape}, not " in failure(source)


def test_quantised_and_non_finite_tensors_are_named():
    source = random_source()
    source["bn1.weight"] = np.ones(1, np.int8)
    source["layer1.0.bn1.bias"] = np.array([np.nan], np.float32)
    assert "in bn1.weight, layer1.0.bn1.bias" in failure(source)


def test_half_and_double_precision_become_float32():
    source = random_source()
    source["bn1.weight"] = np.array([1.5], np.float16)
    source["bn1.bias"] = np.array([0.1], np.float64)
    bn1 = convert(source, "auto", "x").params["bn1"]
    assert (bn1["scale"].dtype, bn1["bias"].dtype) == (np.float32, np.float32)
    assert (bn1["scale"][0], bn1["bias"][0]) == (1.5, np.float32(0.1))
