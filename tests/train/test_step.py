"""The step of a tiny LA-Net: golden numbers, any number of devices, what moves between them."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from benchmarks import collectives
from lanet_jax import state as state_lib
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.methods.lanet import LANet
from lanet_jax.methods.method import Example
from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.resnet import ResNet
from lanet_jax.models.two_branch import TwoBranch
from lanet_jax.train.step import train_step
from tests.lanet_settings import settings

B, C, L, SIDE, STEPS = 8, 7, 5, 16, 2
GOLDEN = (5.706760, 5.670633)  # losses of the two steps
N, Q = 1008, 1000  # recognisable in a shape, and larger than anything of the batch
M = 2 * N  # of the memory


def _method(queue: int = Q, memory: int = 0, landmarks: bool = True) -> LANet:
    def backbone() -> ResNet:
        return ResNet(width=4, stem="small")

    landmark = LandmarkNet(backbone(), "coordinates", L) if landmarks else None
    changes = {"threshold": 0.3, "queue_size": queue, "projection": 4}
    changes |= {} if landmarks else {"spaces": "expression", "enabled": False}
    network = TwoBranch(Classifier(backbone(), C), landmark)
    return LANet(network, *settings(neighbors=3, memory=memory, **changes))


def _batches() -> list[dict]:
    rng = np.random.default_rng(0)
    return [
        {
            "id": np.array([*rng.permutation(N)[: B - 1], 3], np.int32),
            "image": rng.integers(0, 256, (B, SIDE, SIDE, 3), np.uint8),
            "label": rng.integers(0, C, B).astype(np.int32),
            "landmarks": rng.random((B, L, 2), np.float32),
            "present": rng.random((B, L)) < 0.9,
        }
        for _ in range(STEPS)
    ]


def _augment(key: jax.Array, batch: dict) -> dict:
    image = batch["image"].astype(jnp.float32) / 255
    return {**batch, "image": image + 0.1 * jax.random.normal(key, image.shape)}


@functools.cache
def _compiled(
    devices: int, records: int = N, queue: int = Q, memory: int = 0, landmarks: bool = True
) -> tuple:
    method, optimizer = _method(queue, memory, landmarks), optax.adam(1e-3)
    mesh = mesh_lib.make(B, jax.devices()[:devices])
    shardings = state_lib.shardings(mesh, method)
    example = Example(np.zeros((B, SIDE, SIDE, 3), np.float32), np.arange(records) % C)
    init = functools.partial(state_lib.init, method, optimizer)
    step = functools.partial(train_step, method, optimizer, _augment)
    with mesh_lib.use(mesh):
        # Drawn on one device, so that only the step is compared.
        state = jax.jit(init)(jax.random.key(0), example)
        state = jax.device_put(state, _full(shardings, state))
        batch = jax.device_put(_batches()[0], NamedSharding(mesh, P("data")))
        out_shardings = (shardings, NamedSharding(mesh, P()))
        compiled = jax.jit(step, out_shardings=out_shardings).lower(state, batch).compile()
    return compiled, state, mesh


def _full(shardings: state_lib.TrainState, state: state_lib.TrainState) -> state_lib.TrainState:
    return jax.tree.map(lambda s, part: jax.tree.map(lambda _: s, part), shardings, state)


@functools.cache
def _run(devices: int, memory: int = 0, landmarks: bool = True) -> tuple:
    step, state, mesh = _compiled(devices, memory=memory, landmarks=landmarks)
    rows = []
    for batch in _batches():
        state, metrics = step(state, jax.device_put(batch, NamedSharding(mesh, P("data"))))
        rows.append({name: float(value) for name, value in metrics.items()})
    return jax.device_get(state), rows


def test_golden_steps():
    _, rows = _run(1)
    assert rows[0]["loss"] == pytest.approx(GOLDEN[0], rel=1e-4)
    assert rows[1]["loss"] == pytest.approx(GOLDEN[1], rel=1e-3)


@pytest.mark.parametrize(
    ("devices", "memory", "landmarks"), [(2, 0, True), (8, 0, True), (8, M, True), (8, M, False)]
)
def test_any_number_of_devices_gives_the_same_state(devices, memory, landmarks):
    state, rows = _run(devices, memory, landmarks)
    expected, expected_rows = _run(1, memory, landmarks)
    for row, wanted in zip(rows, expected_rows, strict=True):
        assert row == pytest.approx(wanted, rel=1e-3, abs=1e-5)
    for name in {"bank", "queue", "memory"} & set(expected.model_state):
        for found, wanted in zip(
            jax.tree.leaves(state.model_state[name]),
            jax.tree.leaves(expected.model_state[name]),
            strict=True,
        ):
            np.testing.assert_allclose(found, wanted, atol=2e-4)
    for found, wanted in zip(
        jax.tree.leaves(state.params), jax.tree.leaves(expected.params), strict=True
    ):
        # Adam's first steps have the size of the rate whatever the gradient, so a gradient that
        # is zero but for rounding may move either way.
        np.testing.assert_allclose(found, wanted, atol=2 * STEPS * 1e-3 * 1.01)


def test_bank_and_queue_stay_sharded():
    state, _ = _compiled(8)[0].output_shardings
    assert state.model_state["bank"].spec == P("data")
    assert state.model_state["queue"].expression.spec == P(None, "data", None)


HLO = """
  %g = f32[2,5]{1,0} fusion(%p), kind=kLoop, metadata={op_name="all-reduce(%p)"}
  %all-gather.1 = f32[16,5]{1,0} all-gather(%g), channel_id=1, dimensions={0}
  %h = bf16[3]{0} copy(%p.2)
  %i = pred[] compare(%a, %b), direction=LT
  %s = (f32[2,5]{1,0}, /*index=1*/bf16[3]{0}) all-reduce-start(%g, %h), to_apply=%add
  ROOT %d = (f32[2,5]{1,0}, bf16[3]{0}) all-reduce-done(%s)
  %permute = pred[] collective-permute(%i), source_target_pairs={{0,1}}
"""


def test_collectives_are_read_by_hand():
    permute, gather, reduce = sorted(collectives.read(HLO), key=lambda c: c.bytes)
    assert (permute.kind, permute.operands, permute.bytes) == ("collective-permute", ("pred[]",), 1)
    # What a device hands in, not the 16 rows that it gets.
    assert (gather.kind, gather.operands, gather.bytes) == ("all-gather", ("f32[2,5]",), 40)
    assert (reduce.kind, reduce.operands) == ("all-reduce", ("f32[2,5]", "bf16[3]"))
    assert (reduce.bytes, reduce.sizes) == (46, {2, 3, 5})


def test_no_collective_grows_with_the_bank_or_the_queue():
    found = collectives.read(_compiled(8)[0].as_text())
    assert len(found) > 20  # gathers of the batch, sums of gradients and of statistics
    slots = Q // B
    large = {N, N // 8, Q, slots}
    # A parameter's gradient may be larger than the batch, but has none of these sizes.
    assert not [c for c in found if large & c.sizes]
    assert collectives.read(_compiled(8, 2 * N, 2 * Q)[0].as_text()) == found


def test_every_device_searches_the_memory_by_itself():
    """Once it has the batch, nothing of the memory or of the similarities to it moves."""
    found = collectives.read(_compiled(8, memory=M)[0].as_text())
    large = {M, M + B, M // B, M // 8}
    assert not [c for c in found if large & c.sizes]
    assert collectives.read(_compiled(8, memory=2 * M)[0].as_text()) == found


def test_collectives_move_no_more_than_the_documented_bytes():
    compiled, state, _ = _compiled(8)
    statistics = [state.model_state[branch] for branch in ("expression", "landmark")]
    bound = collectives.documented(
        batch=B,
        devices=8,
        features=state.params["contribution"]["expression"]["g1"]["kernel"].shape[0],
        projection=4,
        classes=C,
        parameters=sum(x.size for x in jax.tree.leaves(state.params)),
        channels=sum(x.size for x in jax.tree.leaves(statistics)) // 2,  # a mean and a variance
    )
    moved = dict.fromkeys(collectives.KINDS, 0)
    for collective in collectives.read(compiled.as_text()):
        moved[collective.kind] += collective.bytes
    assert 0 < moved["all-reduce"] <= 1.05 * bound["all-reduce"]
    assert 0 < moved["all-gather"] <= 1.05 * bound["all-gather"]
    assert sum(moved.values()) == moved["all-reduce"] + moved["all-gather"]
