import numpy as np

from lanet_jax.audit import noise_estimate, ranking_table


def test_the_commonest_errors_are_errors_and_as_many_as_there_are():
    flips = np.array([[0.6, 0.4, 0.0], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0]])
    prior = np.array([0.5, 0.3, 0.2])
    estimate = noise_estimate.NoiseEstimate(0.23, flips, flips, prior, np.ones(3, int))
    classes = ("anger", "fear", "joy")
    said = ranking_table._commonest(estimate, 0.115, classes)
    assert said == ["commonest: anger given fear 20%, fear given anger 5%"]
    assert ranking_table._commonest(estimate, 0.0, classes) == []
    np.testing.assert_allclose(noise_estimate.scaled(estimate, 0.115).sum(axis=1), 1)
    np.testing.assert_allclose(noise_estimate.scaled(estimate, 0.5), flips)
