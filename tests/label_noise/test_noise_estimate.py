import numpy as np
import pytest

from lanet_jax.label_noise.noise_estimate import count, estimate, scaled

TRANSITION = np.array([[0.6, 0.3, 0.1], [0.05, 0.9, 0.05], [0.0, 0.2, 0.8]])


def _draw(transition, prior, records=20_000, sharpness=3.0):
    """Records whose beliefs are their true posteriors, so that many are ambiguous."""
    rng = np.random.default_rng(0)
    true = rng.choice(len(prior), records, p=prior)
    evidence = rng.normal(size=(records, len(prior))) + sharpness * np.eye(len(prior))[true]
    logits = sharpness * evidence + np.log(prior)
    beliefs = np.exp(logits - logits.max(axis=1, keepdims=True))
    beliefs /= beliefs.sum(axis=1, keepdims=True)
    given = (rng.uniform(size=records)[:, None] > transition[true].cumsum(axis=1)).sum(axis=1)
    return beliefs, given, np.mean(given != true)


@pytest.mark.parametrize("transition", [TRANSITION, np.eye(3) * 0.7 + 0.1, np.eye(3)])
def test_known_noise_is_found(transition):
    beliefs, given, rate = _draw(transition, np.array([0.5, 0.3, 0.2]))
    found = estimate(beliefs, given)
    assert found.rate == pytest.approx(rate, abs=0.02)
    np.testing.assert_allclose(found.transition, transition, atol=0.05)
    np.testing.assert_allclose(found.prior, [0.5, 0.3, 0.2], atol=0.02)
    np.testing.assert_allclose(found.transition.sum(axis=1), 1)


def test_beliefs_need_not_be_calibrated():
    beliefs, given, _ = _draw(TRANSITION, np.full(3, 1 / 3), records=2000)
    flat = beliefs**0.1 / np.sum(beliefs**0.1, axis=1, keepdims=True)
    assert estimate(flat, given).rate == pytest.approx(estimate(beliefs, given).rate, abs=1e-9)


def test_beliefs_that_contain_the_given_label_hide_the_noise():
    beliefs, given, rate = _draw(TRANSITION, np.full(3, 1 / 3), records=2000)
    assert estimate((beliefs + np.eye(3)[given]) / 2, given).rate < 0.7 * rate


def test_a_class_without_records_gets_the_average_row():
    beliefs = np.tile([0.6, 0.4, 0.0], (10, 1))
    found = estimate(beliefs, np.array([0] * 8 + [1] * 2))
    np.testing.assert_allclose(found.transition[2], [0.1, 0.1, 0.8])
    # Two wrong ones, both of class 1, beside even shares that stand for one.
    np.testing.assert_allclose(
        found.off_diagonal, [[0, 5 / 6, 1 / 6], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    )
    assert found.rate == pytest.approx(0.2)


def test_without_wrong_labels_their_shares_are_even():
    found = estimate(np.repeat(np.eye(3), 4, axis=0), np.repeat(np.arange(3), 4))
    np.testing.assert_allclose(found.off_diagonal, (1 - np.eye(3)) / 2)
    np.testing.assert_allclose(found.transition, np.eye(3))


def _of_one_class(counts):
    """Beliefs that are sure of each row's class, and labels that were given so often."""
    true, given = (
        index.repeat(counts.ravel()) for index in np.indices(counts.shape).reshape(2, -1)
    )
    return estimate(np.eye(len(counts))[true], given).transition


def test_shares_are_as_even_as_chance_may_have_made_them():
    # Four of each class are wrong. No less even than chance makes them: chi-squares of 0.5
    # with two degrees of freedom.
    chance = np.array([[9, 2, 1, 1], [1, 9, 2, 1], [2, 1, 9, 1], [1, 1, 2, 9]])
    even = np.full((4, 4), 4 / 13 / 3)
    np.fill_diagonal(even, 9 / 13)
    np.testing.assert_allclose(_of_one_class(chance), even)
    # A single class for each: the even shares stand for one record beside the four.
    single = np.eye(4, dtype=int)[[1, 2, 3, 0]]
    transition = 4 / 13 * (0.8 * single + 0.2 * (1 - np.eye(4)) / 3)
    np.testing.assert_allclose(
        _of_one_class(9 * np.eye(4, dtype=int) + 4 * single), even * np.eye(4) + transition
    )


def test_the_weight_of_shares_by_hand():
    # Wrong ones [4 0], [3 1], [2 2] of two others each: chi-squares 4, 1 and 0 with one degree of
    # freedom. Beyond chance (4 + 1 + 0 - 3) of at most 3 (4 - 1): correlation 2/9, weight
    # 4 (2/9) / (4 (2/9) + 7/9) = 8/15.
    counts = np.array([[6, 4, 0], [3, 6, 1], [2, 2, 6]])
    stay = 0.6
    first = np.array([8 / 15 * share + 7 / 15 * 0.5 for share in (1.0, 0.0)])
    second = np.array([8 / 15 * share + 7 / 15 * 0.5 for share in (0.75, 0.25)])
    transition = _of_one_class(counts)
    np.testing.assert_allclose(transition[0], [stay, *(0.4 * first)])
    np.testing.assert_allclose(transition[1], [0.4 * second[0], stay, 0.4 * second[1]])
    np.testing.assert_allclose(transition[2], [0.2, 0.2, stay])


def test_with_two_classes_one_has_the_whole_share():
    transition = _of_one_class(np.array([[7, 3], [2, 8]]))
    np.testing.assert_allclose(transition, [[8.5 / 12, 3.5 / 12], [2.5 / 12, 9.5 / 12]])


def test_known_transitions_are_counted():
    found = count(np.array([0, 0, 0, 0, 2]), np.array([0, 0, 1, 2, 1]), 3)
    np.testing.assert_allclose(found, [[0.5, 0.25, 0.25], [0, 0, 0], [0, 1, 0]])


def test_a_transition_is_scaled_to_another_rate_but_never_up():
    found = estimate(*_draw(TRANSITION, np.full(3, 1 / 3), records=2000)[:2])
    off_diagonal = found.transition * (1 - np.eye(3))
    half = scaled(found, found.rate / 2)
    np.testing.assert_allclose(half, off_diagonal / 2 + np.diag(1 - off_diagonal.sum(axis=1) / 2))
    np.testing.assert_allclose(scaled(found, 1.0), found.transition)
