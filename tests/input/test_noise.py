import numpy as np
import pytest

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.input.noise import asymmetric, symmetric

LABELS = np.arange(10_000) % 7


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3333, 1.0])
def test_exact_flips_exactly_the_rate(rate):
    assert (symmetric(LABELS, 7, rate, 0, exact=True) != LABELS).sum() == round(rate * 10_000)
    noisy = asymmetric(LABELS, EXPRESSIONS[:7], rate, 0, exact=True)
    assert (noisy != LABELS).sum() == round(rate * 10_000)
    few = LABELS[:9]  # the number is rounded, not cut off
    assert (symmetric(few, 7, rate, 0, exact=True) != few).sum() == round(rate * 9)


def test_not_exact_flips_each_record_with_the_probability():
    flipped = (symmetric(LABELS, 7, 0.3, 0, exact=False) != LABELS).sum()
    assert flipped != 3000
    assert abs(flipped - 3000) < 5 * np.sqrt(10_000 * 0.3 * 0.7)


def test_symmetric_never_keeps_a_flipped_label_and_uses_all_other_classes_alike():
    noisy = symmetric(LABELS, 7, 1.0, 0, exact=False)
    pairs = np.zeros((7, 7), int)
    np.add.at(pairs, (LABELS, noisy), 1)
    assert (np.diag(pairs) == 0).all()
    share = pairs[~np.eye(7, dtype=bool)] / (10_000 / 7 / 6)
    assert share.min() > 0.7 and share.max() < 1.3


def test_asymmetric_is_table_5():
    labels = np.arange(8)
    noisy = asymmetric(labels, EXPRESSIONS, 1.0, 0, exact=True)
    assert {EXPRESSIONS[t]: EXPRESSIONS[n] for t, n in zip(labels, noisy, strict=True)} == {
        "anger": "disgust",
        "disgust": "anger",
        "fear": "surprise",
        "happiness": "neutral",
        "sadness": "neutral",
        "surprise": "anger",
        "neutral": "sadness",
        "contempt": "neutral",
    }


def test_asymmetric_goes_by_name_not_by_index():
    noisy = asymmetric(np.array([0, 1]), ("sadness", "neutral"), 1.0, 0, exact=True)
    assert noisy.tolist() == [1, 0]


def test_asymmetric_names_the_missing_target():
    with pytest.raises(UserError, match="'happiness' into 'neutral'"):
        asymmetric(np.array([0]), ("happiness", "anger", "disgust"), 0.1, 0, exact=True)
    with pytest.raises(UserError, match="'joy'"):
        asymmetric(np.array([0]), ("joy", "neutral"), 0.1, 0, exact=True)


@pytest.mark.parametrize("exact", [True, False])
def test_the_seed_decides(exact):
    noisy = [symmetric(LABELS, 7, 0.3, seed, exact) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(noisy[0], noisy[1])
    assert (noisy[0] != noisy[2]).any()


def test_the_input_is_left_alone_and_its_type_kept():
    labels = np.array([0, 1, 2], np.int32)
    assert symmetric(labels, 3, 1.0, 0, exact=True).dtype == np.int32
    assert labels.tolist() == [0, 1, 2]


def test_pinned_noise():
    # The same seed must give the same labels under every numpy, or published runs cannot repeat.
    assert symmetric(np.zeros(8, int), 7, 0.5, 0, exact=True).tolist() == [2, 0, 0, 1, 0, 0, 3, 4]


def test_bad_rate_and_single_class():
    with pytest.raises(UserError, match=r"1\.5"):
        symmetric(LABELS, 7, 1.5, 0, exact=True)
    with pytest.raises(UserError, match="1 class"):
        symmetric(LABELS * 0, 1, 0.5, 0, exact=True)
