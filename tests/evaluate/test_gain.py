import numpy as np
import pytest

from lanet_jax.evaluate.gain import in_standard_errors, over


def test_the_mean_over_its_standard_error():
    assert in_standard_errors(np.array([0.0, 1.0, 0.0, 1.0])) == pytest.approx(
        0.5 / (1 / 12) ** 0.5
    )
    assert in_standard_errors(np.array([0.0, 1.0])) == pytest.approx(1.0)


@pytest.mark.parametrize(("gains", "expected"), [([], np.nan), ([1.0], np.nan), ([0.0, 0.0], 0.0)])
def test_without_variation_only_no_gain_can_be_told(gains, expected):
    np.testing.assert_equal(in_standard_errors(np.array(gains)), expected)


def test_a_gain_that_does_not_vary():
    assert np.isnan(over(0.1, 0.0)) and over(0.0, 0.0) == 0.0 and over(-1.0, 0.5) == -2.0
