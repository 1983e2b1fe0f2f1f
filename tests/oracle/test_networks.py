"""Two steps of a whole LA-Net against the transcription, from its networks' outputs on."""

import jax
import jax.numpy as jnp
import numpy as np

from lanet_jax.methods.lanet import LANet
from lanet_jax.methods.method import Example
from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.pure import apply
from lanet_jax.models.resnet import ResNet
from lanet_jax.models.two_branch import TwoBranch
from tests.lanet_settings import settings

B, C, L, N, SIDE = 8, 7, 5, 24, 16
QUICK = {"xla_llvm_disable_expensive_passes": True}
run_networks = jax.jit(apply, static_argnums=(0, 4), compiler_options=QUICK)
BRANCHES = ("expression", "landmark")
IDS = ([0, 3, 7, 3, 9, 11, 20, 21], [5, 3, 2, 12, 0, 11, 17, 8])  # a record stands twice


def seen(method, params, state, images):
    """What the networks say of a batch, under the transcription's names."""
    params, stats = ({name: tree[name] for name in BRANCHES} for tree in (params, state))
    out, _ = run_networks(method.network, params, stats, images, True)
    named = {"logits": out.logits, "coordinates": out.landmarks}
    named |= {"expression": out.expression, "landmark": out.landmark}
    return jax.tree.map(lambda x: np.array(x, np.float64), named)


def heads(tree, *names):
    return jax.tree.map(lambda x: np.array(x, np.float64), {name: tree[name] for name in names})


def test_two_steps(equations):
    rng = np.random.default_rng(1)
    s = equations.Settings(momentum=0.5, alpha=0.7, beta=0.3)
    method = LANet(
        TwoBranch(
            Classifier(ResNet(width=4, stem="small"), C),
            LandmarkNet(ResNet(width=4, stem="small"), "coordinates", L, 4),
        ),
        *settings(
            **{"neighbors": s.K, "decay": s.omega, "threshold": s.delta, "temperature": s.tau},
            **{"momentum": s.momentum, "queue_size": 2 * B, "projection": 4},
            **{"alpha": s.alpha, "beta": s.beta},
        ),
    )
    labels = rng.integers(0, C, N)
    example = Example(jnp.zeros((B, SIDE, SIDE, 3)), jnp.array(labels))
    key = jax.random.key(0, impl="unsafe_rbg")
    params, state = jax.jit(method.init, compiler_options=QUICK)(key, example)
    step = jax.jit(method.loss, compiler_options=QUICK)
    # A bank in the middle of training, so that some samples are ambiguous and some are not.
    bank = 0.7 * np.eye(C)[labels] + 0.3 * rng.dirichlet(np.ones(C), N)
    state = {**state, "bank": jnp.array(bank, jnp.float32)}
    queue, ambiguous = [], set()
    for ids in IDS:
        batch = {
            "id": np.array(ids),
            "image": rng.normal(size=(B, SIDE, SIDE, 3)).astype(np.float32),
            "label": labels[ids],
            "landmarks": rng.uniform(size=(B, L, 2)).astype(np.float32),
            "present": rng.uniform(size=(B, L)) < 0.8,
        }
        weights = seen(method, params, state, batch["image"])
        weights |= heads(params, "contribution", "projection")
        copy = {name: params[name] for name in state["momentum"]}
        copy = equations.moved(dict(state["momentum"]), copy, s.momentum)
        keys = seen(method, copy, state, batch["image"]) | heads(copy, "projection")
        wanted = equations.step(weights, {}, bank, queue, batch, s, keys=keys)
        loss, (state, metrics) = step(params, state, batch, key)
        for name in ("ce", "lm", "kl", "el"):
            np.testing.assert_allclose(metrics[name], wanted[name], rtol=2e-4, err_msg=name)
        np.testing.assert_allclose(loss, wanted["total"], rtol=2e-4)
        bank, queue = wanted["bank"], wanted["queue"]
        np.testing.assert_allclose(state["bank"], bank, atol=1e-5)
        stored = (state["queue"].expression, state["queue"].landmark, state["queue"].labels)
        for place, entry in enumerate(queue):
            for array, value in zip(stored, entry, strict=True):
                np.testing.assert_allclose(array[divmod(place, B)], value, atol=1e-4)
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), dict(state["momentum"]), copy
        )
        ambiguous.add(float(metrics["ambiguous"]))
        # The optimizer's part: the copy then lags behind.
        params = jax.tree.map(lambda x: x + 0.05 * rng.normal(size=x.shape).astype("f4"), params)
    assert any(0 < share < 1 for share in ambiguous)
