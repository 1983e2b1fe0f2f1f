"""Weight files in every layout: refused, or finite tensors of the right names and shapes."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save as safetensors_bytes

from lanet_jax.checkpoint.formats import read_checkpoint
from lanet_jax.checkpoint.pretrained import load_backbone
from lanet_jax.errors import UserError
from lanet_jax.port.convert import convert
from lanet_jax.port.name_table import table

RNG = np.random.default_rng(0)
PLAIN = {
    row.source: RNG.uniform(0.1, 1, row.shape).astype(np.float32)
    for row in table(18, 1, "imagenet")
}
OURS = {
    row.path: np.asarray(PLAIN[row.source].transpose(2, 3, 1, 0), order="C")
    if len(row.shape) == 4
    else PLAIN[row.source]
    for row in table(18, 1, "imagenet")
}
HEAD = {"fc.weight": np.ones((4, 8), np.float32), "fc.bias": np.ones(4, np.float32)}
LAYOUTS = {
    "torchvision": PLAIN | HEAD,
    "ijba": {
        f"module.{name}": value
        for name, value in (PLAIN | HEAD | {"feature.weight": HEAD["fc.weight"]}).items()
    },
    "criterion": PLAIN | HEAD | {"criterion.weight": np.ones((4, 9), np.float32)},
    "lanet_jax": OURS,
}
EXPECTED = convert(PLAIN, "auto", "x")


def npz_bytes(tensors):
    file = io.BytesIO()
    np.savez(file, **tensors)
    return file.getvalue()


WRITERS = {"npz": npz_bytes, "safetensors": safetensors_bytes}


def ported(path):
    tensors, _ = read_checkpoint(path)
    return convert(tensors, "auto", str(path))


def same_shapes(params, stats):
    found = {
        "params": params["layer4"]["1"]["conv2"]["kernel"],
        "batch_stats": stats["layer1"]["0"]["bn1"]["var"],
    }
    return found["params"].shape == (3, 3, 8, 8) and found["batch_stats"].shape == (1,)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=25)
@given(data=st.data())
def test_bytes(scratch, fuzz, form, layout, data):
    path = scratch / f"face-{layout}.{form}"
    path.write_bytes(data.draw(fuzz.corrupted(WRITERS[form](LAYOUTS[layout]))))
    found = fuzz.read(ported, path)
    if found is not None:
        assert same_shapes(found.params, found.stats)
        for name, value in OURS.items():
            tree = {"params": found.params, "batch_stats": found.stats}
            for part in name.split("/"):
                tree = tree[part]
            assert tree.shape == value.shape and np.isfinite(tree).all()
            if form == "npz":  # its checksums tell; safetensors has none
                np.testing.assert_array_equal(tree, value)


@settings(max_examples=60)
@given(st.data())
def test_bytes_of_weights_to_start_from(scratch, fuzz, data):
    path = scratch / "start"
    form = data.draw(st.sampled_from(sorted(WRITERS)))
    path.write_bytes(data.draw(fuzz.corrupted(WRITERS[form](OURS))))
    found = fuzz.read(load_backbone, path, EXPECTED.params, EXPECTED.stats)
    assert found is None or same_shapes(*found)


STRANGE = (
    *(np.zeros(0, np.float32), np.float32(1), np.ones((1, 1), np.float32), np.array([np.nan])),
    *(np.array([1e300]), np.array([-np.inf], np.float16), np.array([1], np.int8), np.array([True])),
    *(np.array(["a"]), np.array([1j]), np.ones(1, "V2"), np.array([-1.0]), np.ones((3, 3, 3, 3))),
)


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=60)
@given(data=st.data())
def test_tensors_of_another_form(scratch, fuzz, layout, data):
    tensors = dict(LAYOUTS[layout])
    name, other = (data.draw(st.sampled_from(sorted(tensors))) for _ in range(2))
    kind = data.draw(st.sampled_from(("strange", "swap", "drop", "rename", "new")))
    if kind == "strange":
        tensors[name] = data.draw(st.sampled_from(STRANGE))
    elif kind == "swap":
        tensors[name], tensors[other] = tensors[other], tensors[name]
    elif kind == "drop":
        del tensors[name]
    else:
        new = data.draw(st.sampled_from(("", "x", "params", "params/", "fc.", name + "/x", "a\nb")))
        tensors[new] = tensors.pop(name) if kind == "rename" else tensors[name]
    path = scratch / "strange.npz"
    path.write_bytes(npz_bytes(tensors))
    found = fuzz.read(ported, path)
    assert found is None or same_shapes(found.params, found.stats)
    started = fuzz.read(load_backbone, path, EXPECTED.params, EXPECTED.stats)
    assert started is None or (layout == "lanet_jax" and same_shapes(*started))


@pytest.mark.parametrize("value", [1e300, np.nan, -1.0])
def test_a_number_that_float32_or_a_variance_cannot_be_is_named(tmp_path, value):
    name = "batch_stats/layer1/0/bn1/var"
    path = tmp_path / "face.npz"
    path.write_bytes(npz_bytes(OURS | {name: np.array([value])}))
    for reader in (ported, lambda path: load_backbone(path, EXPECTED.params, EXPECTED.stats)):
        with pytest.raises(UserError, match=f"negative variances, in {name};"):
            reader(path)
