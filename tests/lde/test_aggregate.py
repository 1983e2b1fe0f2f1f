"""Eq. 4 against plain loops, for scores of any size."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lanet_jax.lde.aggregate import mean_over_spaces, neighborhood_mean, shares, sharpened
from lanet_jax.ops.copies import mean_of_copies

B, K, C = 5, 3, 4
RNG = np.random.default_rng(0)
P = RNG.dirichlet(np.ones(C), size=B)
NEIGHBORS = RNG.integers(0, B, size=(B, K))
EXISTS = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0], [1, 1, 1]], bool)
ANY_SCORES = hnp.arrays(np.float32, (B, K), elements=st.floats(-1e4, 1e4, width=32))


def run(z, exists=EXISTS, p=P):
    p = jnp.array(p)
    return neighborhood_mean(p[NEIGHBORS], p, jnp.array(exists), jnp.array(z, jnp.float32))


def test_weighted_mean_of_eq_4():
    z = RNG.normal(size=(B, K)) * 3
    c = 1 / (1 + np.exp(-z))
    expected = np.zeros((B, C))
    for i in range(B):
        chosen = [k for k in range(K) if EXISTS[i, k]]
        for k in chosen:
            expected[i] += c[i, k] * P[NEIGHBORS[i, k]] / sum(c[i, m] for m in chosen)
    expected[3] = P[3]  # nobody to ask
    np.testing.assert_allclose(run(z), expected, atol=1e-6)


def test_equal_scores_give_the_plain_mean_however_small():
    for score in (-1e4, -30.0, 0.0, 1e4):
        d = run(np.full((B, K), score), np.ones((B, K), bool))
        np.testing.assert_allclose(d, P[NEIGHBORS].mean(axis=1), atol=1e-6)


def test_vanishing_scores_keep_their_ratio():
    # sigmoid(-8000) and sigmoid(-8001) are both 0 in float32; their ratio is e.
    d = run(np.tile([-8000.0, -8001.0, -9999.0], (B, 1)), np.ones((B, K), bool))
    first, second = P[NEIGHBORS[:, 0]], P[NEIGHBORS[:, 1]]
    np.testing.assert_allclose(d, (np.e * first + second) / (np.e + 1), atol=1e-6)


@settings(max_examples=50, deadline=None)
@given(z=ANY_SCORES)
def test_every_distribution_sums_to_one(z):
    d = np.array(run(z))
    assert (d >= 0).all()
    np.testing.assert_allclose(d.sum(axis=1), 1, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(z=ANY_SCORES)
def test_gradients_are_finite_and_missing_neighbours_have_none(z):
    weights = jnp.array(RNG.normal(size=(B, C)))
    by_z = jax.grad(lambda z: jnp.sum(run(z) * weights))(jnp.array(z))
    assert jnp.isfinite(by_z).all()
    assert (np.array(by_z)[~EXISTS] == 0).all()


def test_a_missing_neighbour_does_not_count():
    """Its index means nothing, so no value and no gradient may come through it."""
    exists = np.ones((B, K), bool)
    exists[:, 0] = False
    z = RNG.normal(size=(B, K))
    changed = z.copy()
    changed[:, 0] = 1e4
    np.testing.assert_array_equal(run(z, exists), run(changed, exists))
    only_missing = set(range(B)) - set(NEIGHBORS[:, 1:].ravel())
    assert only_missing <= set(NEIGHBORS[:, 0])
    by_p = jax.grad(lambda p: jnp.sum(run(z, exists, p) ** 2))(jnp.array(P))
    for sample in range(B):
        assert (jnp.abs(by_p[sample]).max() == 0) == (sample in only_missing)


def test_mean_of_the_spaces():
    u, v = RNG.dirichlet(np.ones(C), size=(2, B))
    everyone = np.ones((B, K), bool)
    np.testing.assert_allclose(mean([u, v], [everyone, everyone]), (u + v) / 2, 1e-6)
    np.testing.assert_allclose(mean([u], [everyone]), u, 1e-6)


def test_a_space_without_neighbours_does_not_count():
    u, v = RNG.dirichlet(np.ones(C), size=(2, B))
    first, second = np.ones((B, K), bool), np.ones((B, K), bool)
    second[0] = False  # a face without landmarks
    first[1] = second[1] = False  # nobody to ask anywhere
    second[2, 1:] = False  # one neighbour is enough
    d = mean([u, v], [first, second])
    np.testing.assert_allclose(d[0], u[0], 1e-6)
    np.testing.assert_allclose(d[1:], (u + v)[1:] / 2, 1e-6)


def mean(distributions, exists):
    return mean_over_spaces([jnp.array(d) for d in distributions], [jnp.array(e) for e in exists])


def test_sharpened_by_hand():
    d = jnp.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.2, 0.4, 0.4]])
    np.testing.assert_allclose(
        sharpened(d, 2.0), [[4 / 6, 1 / 6, 1 / 6], [1, 0, 0], [1 / 9, 4 / 9, 4 / 9]], rtol=1e-6
    )
    assert sharpened(d, 1.0) is d
    np.testing.assert_allclose(sharpened(d, 10.0).sum(axis=1), 1, rtol=1e-6)
    gradient = jax.grad(lambda x: sharpened(x, 1.5)[:, 0].sum())(d)
    assert jnp.isfinite(gradient).all()


def test_shares_are_the_weights_of_the_mean():
    z = RNG.normal(size=(B, K))
    weights = shares(jnp.array(EXISTS), jnp.array(z, jnp.float32))
    np.testing.assert_allclose(np.einsum("bk,bkc->bc", weights, P[NEIGHBORS])[0], run(z)[0], 1e-5)
    assert (np.array(weights)[:3][~EXISTS[:3]] == 0).all()


def test_sums_of_probabilities_are_not_left_to_a_card_s_short_numbers():
    ids = np.array([0, 1, 0, 2, 3])
    for traced in (
        jax.make_jaxpr(run)(np.zeros((B, K), np.float32)),
        jax.make_jaxpr(mean_of_copies)(ids, P.astype(np.float32)),
    ):
        products = [e for e in traced.jaxpr.eqns if e.primitive.name == "dot_general"]
        highest = jax.lax.Precision.HIGHEST
        assert [e.params["precision"] for e in products] == [(highest, highest)]
