import numpy as np
import pytest

from lanet_jax.label_noise import noise_range
from lanet_jax.label_noise.noise_range import NoiseRange


def _beliefs(clarity, classes=4):
    """Class 0 is the likeliest, by `clarity`."""
    rest = (1 - clarity) / classes
    return rest[:, None] + clarity[:, None] * np.eye(classes)[0]


def test_the_step_between_the_quarters_is_taken_off():
    beliefs = _beliefs(np.linspace(0.9, 0.1, 400))  # the clearest first
    given = np.zeros(400, int)
    given[:20] = 1  # 20% of the clearest quarter
    given[100:140] = 1  # 40% of the next
    given[300:] = 1
    shuffled = np.random.default_rng(1).permutation(400)
    found = noise_range.estimate(beliefs[shuffled], given[shuffled], 400)
    assert found.estimate == pytest.approx(0.20 - 0.20 / 4)
    assert found.at_least == 0  # the whole step leaves nothing
    assert 0.4 < found.at_most < 0.46  # 160 of 400, and chance


def test_the_ends_leave_out_a_fortieth_of_the_resamples_each():
    given = np.zeros(400, int)
    given[:150:5] = 1  # 20% of the clearest, and none of the next
    given[300:] = 1
    low, _, high = noise_range.estimate(_beliefs(np.linspace(0.9, 0.1, 400)), given, 400)
    # Of 100 draws of 20% at most 12 come up in 2.5% of cases, 14 in 5%; and of 400 of 32.5%, with
    # a deviation of 2.34%, more than 1.96 deviations above in 2.5%, 1.64 in 5%.
    assert low == pytest.approx(0.12, abs=0.006)
    assert high == pytest.approx(0.325 + 1.96 * 0.0234, abs=0.004)


def test_the_clearest_are_those_with_the_greatest_step_to_the_second_class():
    beliefs = np.repeat([[0.6, 0.4, 0.0], [0.5, 0.25, 0.25]], [300, 100], axis=0)
    given = np.zeros(400, int)
    given[:120] = 1  # the less clear ones
    given[300:320] = 1
    assert noise_range.estimate(beliefs, given, 400).estimate == pytest.approx(0.0, abs=0.01)


def test_no_more_are_estimated_wrong_than_differ():
    given = np.zeros(400, int)
    given[:40] = 1  # all among the clearest quarter, none elsewhere
    found = noise_range.estimate(_beliefs(np.linspace(0.9, 0.1, 400)), given, 400)
    assert found.at_least == found.estimate == pytest.approx(40 / 400)
    assert found.at_most > found.estimate


def test_a_set_that_all_agree_on_has_no_wrong_label():
    found = noise_range.estimate(_beliefs(np.linspace(0.9, 0.1, 200)), np.zeros(200, int), 200)
    assert found == (0, 0, 0)


def test_even_errors_are_errors_of_the_labels():
    rng = np.random.default_rng(0)
    given = (rng.random(4_000) < 0.2).astype(int)
    low, middle, high = noise_range.estimate(_beliefs(rng.random(4_000)), given, 4_000)
    assert low < middle < high
    assert low > 0.1
    assert middle == pytest.approx(0.2, abs=0.03)
    assert high == pytest.approx(0.2 + 2 * (0.2 * 0.8 / 4_000) ** 0.5, abs=0.01)


@pytest.mark.parametrize("n", [2, 3, 7])
def test_few_records_have_a_range_too(n):
    low, middle, high = noise_range.estimate(_beliefs(np.linspace(0.9, 0.1, n)), np.ones(n, int), n)
    assert 0 <= low <= middle <= high == 1


def test_in_words():
    assert str(NoiseRange(0.05, 0.2, 0.4)) == "about 20% (at least 5%, at most 40%)"
    assert str(NoiseRange(0.0, 0.01, 0.2)) == "about 1% (at most 20%)"
    assert str(NoiseRange(0.05, 0.2, 0.4).upper_end) == "at most 40%"


def test_copies_widen_the_range_and_do_not_move_it():
    rng = np.random.default_rng(0)
    given, beliefs = (rng.random(400) < 0.2).astype(int), _beliefs(rng.random(400))
    alone = noise_range.estimate(beliefs, given, 400)
    repeated = beliefs.repeat(5, axis=0), given.repeat(5)
    copied = noise_range.estimate(*repeated, 400)
    np.testing.assert_allclose(copied, alone, atol=0.02)
    naive = noise_range.estimate(*repeated, 2_000)
    assert naive.at_most < copied.at_most - 0.01


def test_labels_that_were_not_judged_may_be_right_or_wrong():
    found = NoiseRange(0.1, 0.2, 0.3).with_unknown(0.25)
    assert found == (pytest.approx(0.075), 0.2, pytest.approx(0.475))
