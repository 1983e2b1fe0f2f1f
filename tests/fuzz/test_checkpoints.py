"""Orbax folders: a corrupted one is refused, or restores what was saved; nothing in it runs."""

import json
import pickle
import shutil
from pathlib import Path
from types import SimpleNamespace

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.checkpoint import best, checksums, orbax, states
from lanet_jax.errors import UserError

# Orbax closes its event loop while tensorstore still reports to it that a read failed.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

CARD = {
    "classes": ["anger", "fear"],
    **{"size": 48, "depth": 18, "width": 8, "stem": "small", "method": "ce"},
    **{"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
}
TREE = {"expression": {"kernel": np.arange(12, dtype=np.float32).reshape(3, 4), "bias": np.ones(3)}}
STATE = {"expression": {"mean": np.linspace(0, 1, 5, dtype=np.float32)}}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A work folder with one checkpoint, and the same one to be corrupted."""
    root = tmp_path_factory.mktemp("checkpoints")
    state = SimpleNamespace(
        params=jax.tree.map(jax.numpy.asarray, TREE), model_state=jax.tree.map(np.asarray, STATE)
    )
    method = SimpleNamespace(inference=("expression",))
    best.save(root / "whole", 7, state, method, CARD)
    shutil.copytree(root / "whole", root / "changed")
    return root


def files(root):
    return sorted(path for path in (root / "whole").rglob("*") if path.is_file())


def restored(root):
    folder, step = states.find(root / "changed", "best")
    card = states.restore_card(folder, step)
    like = jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(
            x.shape, np.float32, sharding=jax.sharding.SingleDeviceSharding(jax.devices()[0])
        ),
        {"params": TREE, "model_state": STATE},
    )
    return card, orbax.restore(folder, step, like)


def same(found):
    card, tree = found
    assert set(card) >= set(CARD)
    for name, value in (("params", TREE), ("model_state", STATE)):
        jax.tree.map(np.testing.assert_array_equal, tree[name], value)


def test_the_whole_one_comes_back(saved):
    found = restored(saved)
    same(found)
    assert found[0] == CARD


@settings(max_examples=60)
@given(st.data())
def test_bytes(saved, fuzz, data):
    source = data.draw(st.sampled_from(files(saved)))
    target = saved / "changed" / source.relative_to(saved / "whole")
    try:
        target.write_bytes(data.draw(fuzz.corrupted(source.read_bytes())))
        found = fuzz.read(restored, saved)
    finally:
        shutil.copyfile(source, target)
    if found is not None:
        same(found)


@pytest.mark.parametrize("content", [None, b""])
def test_every_file_gone_or_empty(saved, fuzz, content):
    for source in files(saved):
        target = saved / "changed" / source.relative_to(saved / "whole")
        try:
            target.unlink() if content is None else target.write_bytes(content)
            found = fuzz.read(restored, saved)
        finally:
            shutil.copyfile(source, target)
        if found is not None:
            same(found)


@pytest.mark.parametrize("key", CARD)
@pytest.mark.parametrize("value", [None, 0, -1, "", [], [1], ["a", 1], {}, True])
def test_a_card_that_says_something_else_is_named(saved, key, value):
    (path,) = (saved / "changed").rglob("card/metadata")
    before = path.read_text()
    try:
        path.write_text(json.dumps(CARD | {key: value}))
        checksums.write(path.parents[1])
        if key in ("stem", "method") and value == "":
            return
        with pytest.raises(UserError, match=rf"card is damaged \({key}\)"):
            restored(saved)
    finally:
        path.write_text(before)
        checksums.write(path.parents[1])


class Payload:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_a_pickle_in_place_of_any_file_does_not_run(saved, fuzz, tmp_path):
    mark = tmp_path / "ran"
    content = pickle.dumps(Payload(mark))
    pickle.loads(content)
    assert mark.exists()  # the payload is live
    mark.unlink()
    step = next((saved / "changed").rglob("7"))
    extra = [step / name for name in ("checkpoint", "state/checkpoint", "state/aggregate.pkl")]
    for target in [
        saved / "changed" / f.relative_to(saved / "whole") for f in files(saved)
    ] + extra:
        before = target.read_bytes() if target.exists() else None
        try:
            target.write_bytes(content)
            fuzz.read(restored, saved)
        finally:
            target.unlink() if before is None else target.write_bytes(before)
    assert not mark.exists()
