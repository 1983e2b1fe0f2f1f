import csv
import types

import numpy as np

from lanet_jax.audit import findings, ranking_table
from lanet_jax.from_config.data import Data
from lanet_jax.label_noise import noise_estimate
from lanet_jax.label_noise.confident_learning import Cleanlab
from lanet_jax.label_noise.judgement import NO_SUGGESTION
from lanet_jax.label_noise.ranking import Ranking


def test_the_most_frequent_confusions_are_errors_and_as_many_as_there_are():
    transition = np.array([[0.6, 0.4, 0.0], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0]])
    prior = np.array([0.5, 0.3, 0.2])
    estimate = noise_estimate.NoiseEstimate(0.23, transition, transition, prior)
    classes = ("anger", "fear", "joy")
    every = np.ones(3, bool)
    said = ranking_table._confusions(estimate, 0.115, every, classes)
    assert said == [
        "most frequent confusions, estimated, in percent of the right class: "
        "anger labelled fear 20%, fear labelled anger 5%"
    ]
    [without] = ranking_table._confusions(estimate, 0.115, np.array([True, False, True]), classes)
    assert without.endswith("right class: fear labelled anger 5%")  # no label is fear
    assert ranking_table._confusions(estimate, 0.0, every, classes) == []
    np.testing.assert_allclose(noise_estimate.scaled(estimate, 0.115).sum(axis=1), 1)
    np.testing.assert_allclose(noise_estimate.scaled(estimate, 0.5), transition)


def test_what_cleanlab_was_not_asked_about_has_an_empty_cell(tmp_path, make_records):
    data = Data(make_records(["a.png", "b.png", "c.png"], [0, 1, 2]), np.arange(3), None, {})
    ours = Ranking({"probe": np.array([0.3, 0.9, 0.1])}, {})
    found = findings.Findings(None, None, None, ours, None, {}, False)
    scores = {"cleanlab margin": np.array([0.25, 0.75])}
    asked = findings.Comparison(np.array([True, False, True]), Cleanlab(scores, 0.5))
    found = findings.with_comparison(found, asked)
    judged = types.SimpleNamespace(suggested=np.full(3, NO_SUGGESTION), summary="Said.")
    path, none = tmp_path / "audit.csv", np.zeros((3, 3))
    ranking_table.write(path, data, found.ranking, "probe", judged, none, none)
    with open(path, newline="") as file:
        rows = [(row["name"], row["cleanlab margin"]) for row in csv.DictReader(file)]
    assert rows == [("b.png", ""), ("a.png", "0.250000"), ("c.png", "0.750000")]
